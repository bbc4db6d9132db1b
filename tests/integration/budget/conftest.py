"""A budget with its price book, on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from tests.fixtures.finance import NOW
from tests.fixtures.people import small_directory


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "budget", size=8)
    async with opened.acquire() as connection, connection.transaction():
        await configuration_store.fill_all(
            connection, load_price_book(), load_prior_years(), load_procurement(), small_directory(), NOW
        )
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def consumer(clock: FixedClock) -> BudgetConsumer:
    return BudgetConsumer(clock)
