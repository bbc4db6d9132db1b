"""The budget as a running service."""

from __future__ import annotations

from pathlib import Path

from schemas.topics import FINANCE_DOCUMENT, REQUEST
from services.access.directory import Directory
from services.budget import store
from services.budget.configuration import PRICE_BOOK, PRIOR_YEARS, load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.clock import Clock
from services.database.pool import open_pool
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.settings import Settings

NAME = "budget"


class BudgetService(StreamService):
    """Listens to finance and to approved requests. Its configuration is in the database before it listens."""

    def __init__(self, settings: Settings, clock: Clock, price_book: Path, prior_years: Path) -> None:
        super().__init__(NAME, settings, [FINANCE_DOCUMENT, REQUEST], BudgetConsumer(clock).apply)
        self._database_url = str(settings.database_url)
        self._price_book = load_price_book(price_book)
        self._prior_years = load_prior_years(prior_years)

    async def start(self) -> None:
        """Write the configuration, then start listening."""
        pool = await open_pool(self._database_url, NAME, size=1)
        try:
            async with pool.acquire() as connection, connection.transaction():
                await store.fill_price_book(connection, self._price_book)
                await store.fill_prior_years(connection, self._prior_years)
        finally:
            await pool.close()
        await super().start()


def build(
    settings: Settings,
    clock: Clock,
    _directory: Directory,
    *,
    price_book: Path = PRICE_BOOK,
    prior_years: Path = PRIOR_YEARS,
) -> Service:
    """Raises ConfigurationError if the price book or the prior years cannot be read."""
    return BudgetService(settings, clock, price_book, prior_years)
