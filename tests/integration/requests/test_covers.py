"""A deputy decides while a cover runs, and only then; never on what is their own."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from services.clock import FixedClock, london_date
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed, NotFound
from services.requests import queries
from services.requests.commands import Requests
from services.requests.queries import Cause, Status
from tests.fixtures.finance import NOW
from tests.fixtures.people import email_of, viewer
from tests.integration.requests.conftest import Asks

pytestmark = pytest.mark.integration

TODAY = london_date(NOW)
PRIYA, TOM, HELEN = viewer("Priya Nair"), viewer("Tom Whitfield"), viewer("Helen Marsh")


async def test_a_deputy_sees_and_decides_while_the_cover_runs(
    pool: Pool, requests: Requests, ask: Asks, clock: FixedClock
) -> None:
    first = await ask(key="1")
    clock.advance(timedelta(minutes=1))
    second = await ask(key="2")
    await requests.arrange_cover(PRIYA, TOM.email, TODAY, TODAY)
    waiting = await queries.waiting_for(pool, TOM, today=TODAY)
    assert [(each.reference, each.may[0]) for each in waiting] == [
        (first.reference, Cause.APPROVE),
        (second.reference, Cause.APPROVE),
    ]
    assert await queries.waiting_for(pool, TOM, today=TODAY + timedelta(days=1)) == []
    decision = await requests.approve(TOM, first.request_id, idempotency_key="k")
    assert (decision.decided_now, decision.request.decided_by) == (True, TOM.email)
    late = await requests.refuse(PRIYA, first.request_id, refusal="No", idempotency_key="k")
    assert (late.decided_now, late.request.decided_by) == (False, TOM.email)
    clock.advance(timedelta(days=1))
    with pytest.raises(NotFound):
        await requests.approve(TOM, second.request_id, idempotency_key="k2")


async def test_nobody_decides_on_their_own_request_even_as_cover(pool: Pool, requests: Requests, ask: Asks) -> None:
    raised = await ask("Amara Osei")
    amara = viewer("Amara Osei")
    await requests.arrange_cover(PRIYA, amara.email, TODAY, TODAY)
    assert await queries.waiting_for(pool, amara, today=TODAY) == []
    with pytest.raises(NotAllowed, match="not you"):
        await requests.approve(amara, raised.request_id, idempotency_key="k")


async def test_a_new_cover_takes_the_place_of_the_one_before_even_of_two_at_once(
    pool: Pool, requests: Requests
) -> None:
    await asyncio.gather(
        *(requests.arrange_cover(PRIYA, each.email, TODAY, TODAY) for each in (TOM, HELEN, viewer("Amara Osei")))
    )
    assert len(await queries.covers_concerning(pool, PRIYA.email, TODAY)) == 1
    kept = await requests.arrange_cover(PRIYA, TOM.email, TODAY, TODAY, idempotency_key="k")
    assert await requests.arrange_cover(PRIYA, TOM.email, TODAY, TODAY, idempotency_key="k") == kept
    assert await requests.end_cover(PRIYA) == [TOM.email]
    assert await requests.end_cover(PRIYA) == []
    assert await queries.covers_concerning(pool, TOM.email, TODAY) == []


async def test_who_may_cover_for_whom_and_when(pool: Pool, requests: Requests) -> None:
    for name in ("Amara Osei", "Helen Marsh", "Idris Bello", "Ruth Adeyemi"):
        with pytest.raises(NotAllowed, match="Only managers and directors"):
            await requests.arrange_cover(viewer(name), TOM.email, TODAY, TODAY)
    with pytest.raises(NotFound, match="knows nobody"):
        await requests.arrange_cover(PRIYA, "nobody@metropolitan.example", TODAY, TODAY)
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = 'cover'") == 5
    for deputy, first, last in (
        (PRIYA.email, TODAY, TODAY),
        (TOM.email, TODAY, TODAY - timedelta(days=1)),
        (TOM.email, date(2024, 1, 1), date(2024, 1, 2)),
        (TOM.email, TODAY, TODAY + timedelta(days=93)),
    ):
        with pytest.raises(BadInput):
            await requests.arrange_cover(PRIYA, deputy, first, last)


async def test_a_cover_of_later_decides_nothing_now(requests: Requests, ask: Asks) -> None:
    raised = await ask()
    assert raised.status is Status.WAITING_FOR_APPROVAL
    assert raised.approver_email == email_of("Priya Nair")
    await requests.arrange_cover(PRIYA, TOM.email, TODAY + timedelta(days=1), TODAY + timedelta(days=2))
    with pytest.raises(NotFound):
        await requests.approve(TOM, raised.request_id, idempotency_key="k")
