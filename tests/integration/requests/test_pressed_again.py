"""A press that comes again, belongs to something else, or comes too late: a clear answer, and nothing done."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import RuleBroken
from services.requests.commands import Deliveries, Leaving, Requests
from services.requests.queries import RequestView, Status
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import status

pytestmark = pytest.mark.integration
AMARA, PRIYA, HELEN = viewer("Amara Osei"), viewer("Priya Nair"), viewer("Helen Marsh")


async def refusals(pool: Pool, action: str) -> int:
    count: int = await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = $1", action)
    return count


async def test_a_key_that_was_used_for_another_request_decides_nothing_and_says_so(
    pool: Pool, requests: Requests, ask: Asks
) -> None:
    first, second = await ask(key="1"), await ask(key="2")
    await requests.approve(PRIYA, first.request_id, idempotency_key="k")
    with pytest.raises(RuleBroken, match="press once more"):
        await requests.approve(PRIYA, second.request_id, idempotency_key="k")
    with pytest.raises(RuleBroken, match="press once more"):
        await requests.refuse(PRIYA, second.request_id, refusal="No", idempotency_key="k")
    await requests.withdraw(AMARA, second.request_id, idempotency_key="w")
    third = await ask(key="3")
    with pytest.raises(RuleBroken, match="press once more"):
        await requests.withdraw(AMARA, third.request_id, idempotency_key="w")
    assert await status(pool, third.request_id) is Status.WAITING_FOR_APPROVAL


async def test_the_same_key_of_another_person_is_a_press_of_its_own(pool: Pool, requests: Requests, ask: Asks) -> None:
    raised = await ask(key="k")
    other = await ask("Tom Whitfield", key="k")
    assert raised.request_id != other.request_id
    assert (await requests.approve(PRIYA, raised.request_id, idempotency_key="k")).decided_now
    daniel = viewer("Daniel Reyes")
    assert (await requests.approve(daniel, other.request_id, idempotency_key="k")).decided_now


async def test_a_key_that_was_used_for_another_device_sends_nothing(
    pool: Pool, deliveries: Deliveries, ordered: RequestView
) -> None:
    await pool.execute("INSERT INTO idempotency_keys VALUES ($1, 'cancel', 'k', $2, now())", HELEN.email, UUID(int=7))
    with pytest.raises(RuleBroken, match="press once more"):
        await deliveries.cancel(HELEN, ordered.request_id, why="No need", idempotency_key="k")


async def test_a_button_of_an_old_message_changes_nothing_and_is_audited(
    pool: Pool, requests: Requests, ask: Asks
) -> None:
    raised = await ask()
    await requests.withdraw(AMARA, raised.request_id, idempotency_key="w")
    before = await pool.fetch("SELECT * FROM requests")
    late = await requests.approve(PRIYA, raised.request_id, idempotency_key="k")
    assert (late.decided_now, late.request.status) == (False, Status.WITHDRAWN)
    again = await requests.approve(PRIYA, raised.request_id, idempotency_key="k")
    assert again == late
    assert await pool.fetch("SELECT * FROM requests") == before
    assert await refusals(pool, "approve") == 1
    with pytest.raises(RuleBroken, match="was withdrawn"):
        await requests.withdraw(AMARA, raised.request_id, idempotency_key="w2")


async def test_who_leaves_is_part_of_the_press(pool: Pool, clock: FixedClock, devices: dict[str, UUID]) -> None:
    leaving = Leaving(pool, clock, small_directory())
    assert (await leaving.leave(HELEN, email_of("Amara Osei"), idempotency_key="k")).now == 1
    with pytest.raises(RuleBroken, match="press once more"):
        await leaving.leave(HELEN, email_of("Tom Whitfield"), idempotency_key="k")
