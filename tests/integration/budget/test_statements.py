"""However many requests are approved at once, or served by one document, the database is asked as often as for few."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from schemas.envelope import Event
from schemas.events.finance import DocumentType as Type
from schemas.vocabulary import Kind
from services.budget.consumer import BudgetConsumer
from services.database.pool import Pool, open_pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import approved, document, recorded
from tests.fixtures.statements import statements_of

pytestmark = pytest.mark.integration
FEW, MANY = range(1, 3), range(3, 63)


@pytest.fixture
async def one(pool: Pool, database_url: str) -> AsyncIterator[Pool]:
    """A pool of one connection to the budget of `pool`."""
    opened = await open_pool(database_url, "budget", size=1)
    yield opened
    await opened.close()


async def test_a_burst_of_approvals_asks_as_often_as_two_of_them(one: Pool, consumer: BudgetConsumer) -> None:
    async def counted(events: Sequence[Event]) -> int:
        async with statements_of(one) as sent:
            await deliver(one, consumer.apply, events)
        return len(sent)

    waiting = [await counted([approved(number, Kind.MONITOR) for number in each]) for each in (FEW, MANY)]
    assert 5 < waiting[0] == waiting[1]
    money = [await counted([recorded(document(f"A{pence}", Type.APPROVAL, pence, 0))]) for pence in (50_000, 50_000_00)]
    assert 5 < money[0] == money[1]
    assert await one.fetchval("SELECT count(*) FROM reservations WHERE state = 'committed'") == 62
