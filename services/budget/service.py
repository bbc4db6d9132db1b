"""The budget as a running service."""

from __future__ import annotations

from pathlib import Path

from schemas.topics import FINANCE_DOCUMENT, REQUEST, WAVE
from services.access.directory import Directory
from services.budget import configuration_store
from services.budget.configuration import PRICE_BOOK, PRIOR_YEARS, load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import PROCUREMENT, check_against_prices, load_procurement
from services.clock import Clock
from services.database.pool import open_pool
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.settings import Settings

NAME = "budget"
TOPICS = (FINANCE_DOCUMENT, REQUEST, WAVE)


class BudgetService(StreamService):
    """Listens to finance, approved requests and released waves. Its configuration is in the database before that."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        directory: Directory,
        *,
        price_book: Path,
        prior_years: Path,
        procurement: Path,
    ) -> None:
        super().__init__(NAME, settings, TOPICS, BudgetConsumer(clock).apply)
        self._database_url = str(settings.database_url)
        self._clock = clock
        self._directory = directory
        self._price_book = load_price_book(price_book)
        self._prior_years = load_prior_years(prior_years)
        self._procurement = load_procurement(procurement)
        check_against_prices(self._procurement, self._price_book)

    async def start(self) -> None:
        """Write the configuration, all of it or none, then start listening."""
        pool = await open_pool(self._database_url, NAME, size=1)
        try:
            async with pool.acquire() as connection, connection.transaction():
                await configuration_store.fill_all(
                    connection,
                    self._price_book,
                    self._prior_years,
                    self._procurement,
                    self._directory,
                    self._clock.now(),
                )
        finally:
            await pool.close()
        await super().start()


def build(
    settings: Settings,
    clock: Clock,
    directory: Directory,
    *,
    price_book: Path = PRICE_BOOK,
    prior_years: Path = PRIOR_YEARS,
    procurement: Path = PROCUREMENT,
) -> Service:
    """Raises ConfigurationError if a file of the budget's configuration cannot be read, or two do not agree."""
    return BudgetService(
        settings, clock, directory, price_book=price_book, prior_years=prior_years, procurement=procurement
    )
