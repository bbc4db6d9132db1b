"""The clock's part: a decision that nobody takes goes up, who should act is reminded, and each of that once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.machines import Actor
from services.requests.commands import Requests
from services.requests.policy import own_policy
from services.requests.queries import RequestView
from services.requests.rules.machine import Cause, Status
from services.requests.sweep import WaitingSweep
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import changed, device, hear, minutes, put, told

pytestmark = pytest.mark.integration
PATIENCE = own_policy().patience


@pytest.fixture
def sweeps(pool: Pool, clock: FixedClock) -> list[WaitingSweep]:
    """Two replicas."""
    return [WaitingSweep(pool, clock, small_directory(), PATIENCE) for _ in range(2)]


async def both(sweeps: list[WaitingSweep]) -> int:
    """Both replicas sweep at once."""
    return sum(await asyncio.gather(*(each.sweep() for each in sweeps)))


async def test_a_request_nobody_decides_goes_to_the_next_above_once(
    pool: Pool, clock: FixedClock, ask: Asks, sweeps: list[WaitingSweep]
) -> None:
    views = [await ask(key=str(number)) for number in range(30)]
    clock.advance(timedelta(days=PATIENCE.escalate_after) - timedelta(seconds=1))
    assert await both(sweeps) == 0
    clock.advance(timedelta(seconds=1))
    assert await both(sweeps) == 30, "each by one of the two"
    assert await both(sweeps) == 0
    rows = await pool.fetch("SELECT DISTINCT approver_email, chases, revision FROM requests")
    assert [tuple(row) for row in rows] == [(email_of("Catherine Doyle"), 1, 2)]
    events = [each for each in await told(pool) if each.data.revision == 2]
    assert len(events) == len({each.id for each in events}) == len(views)
    clock.advance(timedelta(days=PATIENCE.escalate_after))
    assert await both(sweeps) == 0, "nobody is above the director"


async def test_a_return_is_reminded_of_again_and_again_but_once_each_time(
    pool: Pool, clock: FixedClock, ordered: RequestView, sweeps: list[WaitingSweep]
) -> None:
    await hear(pool, changed(device("new"), clock.now() + minutes(1)))
    clock.advance(timedelta(days=PATIENCE.remind_after, minutes=2))
    assert await both(sweeps) == 1, "receipt is not confirmed"
    await put(pool, ordered.request_id, Cause.RECEIVE, Actor.RECIPIENT, clock.now())
    assert await both(sweeps) == 0, "a new state begins to wait anew"
    for turn in range(1, 4):
        clock.advance(timedelta(days=PATIENCE.remind_after))
        assert await both(sweeps) == 1
        assert await both(sweeps) == 0
        assert await pool.fetchval("SELECT chases FROM requests") == turn
    statuses = [each.data.status for each in await told(pool) if hasattr(each.data, "status")]
    assert statuses.count(Status.RETURN_DUE) == 4


async def test_who_owes_an_answer_is_reminded_and_nobody_else_is_asked(
    pool: Pool, clock: FixedClock, requests: Requests, ask: Asks, sweeps: list[WaitingSweep]
) -> None:
    raised = await ask()
    await requests.ask(viewer("Priya Nair"), raised.request_id, question="How broken?", idempotency_key="q")
    clock.advance(timedelta(days=PATIENCE.remind_after) - timedelta(seconds=1))
    assert await both(sweeps) == 0
    clock.advance(timedelta(seconds=1))
    assert await both(sweeps) == 1
    assert await both(sweeps) == 0
    row = await pool.fetchrow("SELECT status, chases, approver_email FROM requests")
    assert row is not None
    assert tuple(row) == (Status.QUESTION_ASKED, 1, email_of("Priya Nair"))
    await requests.answer(viewer("Amara Osei"), raised.request_id, answer="Very", idempotency_key="a")
    assert await both(sweeps) == 0, "a new state begins to wait anew"
