"""What the budget decides moves requests on: once, and never back, in any order."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID

import pytest

from schemas.events.budget import BudgetEvent, CommitmentRefusal, CommitmentRefused
from schemas.events.finance import DocumentType as Type
from schemas.events.request import RequestProgressed
from schemas.topics import REQUEST
from services.budget import configuration_store
from services.budget.configuration import load_price_book
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import NotFound
from services.eventlog.decoding import EventReader
from services.requests import queries
from services.requests.commands import Requests
from services.requests.consumer import RequestsConsumer
from services.requests.rules.machine import Status
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import document, recorded
from tests.fixtures.people import viewer
from tests.integration.requests.conftest import Asks

pytestmark = pytest.mark.integration


@pytest.fixture
async def decided(
    pool: Pool, database_url: str, clock: FixedClock, requests: Requests, ask: Asks
) -> tuple[Requests, list[BudgetEvent]]:
    """What the budget says of an approved request: refused for want of money, later committed."""
    raised = await ask()
    await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="k")
    reader = EventReader([REQUEST])
    events = [reader.read("request", row["event"]) for row in await pool.fetch("SELECT event FROM outbox")]
    budget = await open_pool(database_url, "budget")
    async with budget.acquire() as connection:
        await configuration_store.fill_price_book(connection, load_price_book())
    consumer = BudgetConsumer(clock)
    told = await deliver(budget, consumer.apply, [event for event in events if event is not None])
    told += await deliver(budget, consumer.apply, [recorded(document("A", Type.APPROVAL, 200_000, 0))])
    await budget.close()
    return requests, told


async def test_in_any_order_and_twice_it_ends_ordered(pool: Pool, decided: tuple[Requests, list[BudgetEvent]]) -> None:
    _, told = decided
    assert len(told) == 3
    before = await pool.fetch("SELECT status FROM requests")
    assert [row["status"] for row in before] == ["approved"]
    seen = []
    for order in permutations(told):
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            progressed = []
            for event in (*order, *order):
                progressed += await RequestsConsumer().apply(connection, [event])
            view = await queries.request_by_reference(connection, viewer("Amara Osei"), "R-1")
            await transaction.rollback()
        assert view is not None
        assert view.status is Status.ORDERED
        assert isinstance(progressed[-1][1], RequestProgressed)
        assert progressed[-1][1].data.status == "ordered"
        seen.append(sorted((line.what, line.who) for line in view.timeline))
    assert all(timeline == seen[0] for timeline in seen)
    assert len(seen[0]) == 4


async def test_without_money_it_waits_and_says_so(pool: Pool, decided: tuple[Requests, list[BudgetEvent]]) -> None:
    refused = [event for event in decided[1] if isinstance(event, CommitmentRefused)]
    (progressed,) = await deliver(pool, RequestsConsumer().apply, refused)
    assert progressed.data.status == "waiting_for_money"
    assert "No money has been approved" in progressed.data.explanation
    (mine,) = await queries.open_requests(pool, viewer("Amara Osei"))
    assert mine.status is Status.WAITING_FOR_MONEY


async def test_a_request_that_nobody_raised_raises(pool: Pool, clock: FixedClock) -> None:
    stray = CommitmentRefused(
        id="x",
        source="quartermaster/budget",
        time=clock.now(),
        subject="2024/25/refresh-and-bau",
        data=CommitmentRefusal(request_id=UUID(int=7), request_reference="R-9", explanation="No"),
    )
    with pytest.raises(NotFound, match="R-9"):
        await deliver(pool, RequestsConsumer().apply, [stray])
