"""A wave that was ordered before somebody asked, or while they did: they are told so, and nobody waits in vain."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.requests.commands import Requests
from services.requests.policy import own_policy
from services.requests.queries import Cause, Reason, Status, Verdict
from services.requests.sweep import WaitingSweep
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.request_policies import asking_managers
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import hear, in_wave, status, told

pytestmark = pytest.mark.integration


async def place(pool: Pool, device_id: UUID, state: str) -> None:
    """Refresh gives a device its place in W-1."""
    wave_id = uuid4()
    await pool.execute(
        "INSERT INTO refresh.waves (wave_id, number, wave, status, financial_year, quarter, policy_version, entries, "
        "from_stock, ordered, gross_pence, gap, method, floors_met, summary, basis, orders, proposed_by, proposed_at) "
        "VALUES ($1, 1, 'W-1', 'released', '2024/25', '2024-10-01', '1', 1, 0, 1, 1, 0, 'x', true, '{}', '{}', '[]', "
        "'helen', now())",
        wave_id,
    )
    await pool.execute(
        "INSERT INTO refresh.placements (entry_id, device_id, wave_id, wave, attempt, quarter, kind, state, order_id) "
        "VALUES ($1, $1, $2, 'W-1', 1, '2024-10-01', 'laptop', $3, 'QM-W-1-laptop')",
        device_id,
        wave_id,
        state,
    )


async def test_who_asks_after_the_wave_was_ordered_is_told_so_at_once(
    pool: Pool, clock: FixedClock, ask: Asks, devices: dict[str, UUID]
) -> None:
    await place(pool, devices["S1"], "ordered")
    raised = await ask(device_id=devices["S1"], reason=Reason.SLOW)
    assert (raised.verdict_kind, raised.status) == (Verdict.WAIT_FOR_WAVE, Status.ORDERED)
    assert raised.verdict == "Its successor is ordered already, with the wave W-1 of October 2024."
    assert [line.what for line in raised.timeline] == ["Asked for", "Ordered with wave W-1"]
    assert [(each.data.status, each.data.revision) for each in await told(pool)] == [
        (Status.WAITING_FOR_WAVE, 1),
        (Status.ORDERED, 2),
    ]
    assert await hear(pool, in_wave(devices["S1"], clock.now())) == [], "refresh's own word says nothing new"


async def test_where_policy_asks_a_manager_all_the_same_nothing_is_on_order(
    pool: Pool, clock: FixedClock, devices: dict[str, UUID]
) -> None:
    await place(pool, devices["S1"], "ordered")
    strict = Asks(Requests(pool, clock, small_directory(), policy=asking_managers(Verdict.WAIT_FOR_WAVE)))
    assert (await strict(device_id=devices["S1"], reason=Reason.SLOW)).status is Status.WAITING_FOR_APPROVAL


async def test_what_refresh_told_while_somebody_asked_is_found_by_the_clock_once(
    pool: Pool, clock: FixedClock, ask: Asks, devices: dict[str, UUID]
) -> None:
    await place(pool, devices["S1"], "planned")
    raised = await ask(device_id=devices["S1"], reason=Reason.SLOW)
    assert (raised.status, Cause.INSIST in raised.may) == (Status.WAITING_FOR_WAVE, True)
    sweeps = [WaitingSweep(pool, clock, small_directory(), own_policy().patience) for _ in range(2)]
    assert await sweeps[0].sweep() == 0
    await pool.execute("UPDATE refresh.placements SET state = 'ordered'")
    assert [await each.sweep() for each in sweeps] == [1, 0]
    assert await status(pool, raised.request_id) is Status.ORDERED


async def test_a_device_ordered_for_another_request_is_no_wave(
    pool: Pool, clock: FixedClock, requests: Requests, ask: Asks, devices: dict[str, UUID]
) -> None:
    await place(pool, devices["S1"], "planned")
    raised = await ask(device_id=devices["S1"], reason=Reason.SLOW)
    word = in_wave(devices["S1"], clock.now())
    of_request = msgspec.structs.replace(word, id="other", data=msgspec.structs.replace(word.data, wave=None))
    await hear(pool, of_request)
    assert await status(pool, raised.request_id) is Status.WAITING_FOR_WAVE
    insisted = await requests.insist(viewer("Amara Osei"), raised.request_id, why="x", idempotency_key="i")
    assert insisted.status is Status.WAITING_FOR_APPROVAL
    await hear(pool, word)
    assert await status(pool, raised.request_id) is Status.WAITING_FOR_APPROVAL, "a manager decides now"


async def test_a_device_that_leaves_its_wave_and_the_queue_goes_to_a_manager_once(
    pool: Pool, clock: FixedClock, ask: Asks, devices: dict[str, UUID]
) -> None:
    await place(pool, devices["S1"], "planned")
    raised = await ask(device_id=devices["S1"], reason=Reason.SLOW)
    sweeps = [WaitingSweep(pool, clock, small_directory(), own_policy().patience) for _ in range(2)]
    assert await sweeps[0].sweep() == 0
    await pool.execute("DELETE FROM refresh.placements")
    assert [await each.sweep() for each in sweeps] == [1, 0]
    assert await status(pool, raised.request_id) is Status.WAITING_FOR_APPROVAL
    assert [each.data.status for each in await told(pool)] == [Status.WAITING_FOR_WAVE, Status.WAITING_FOR_APPROVAL]


async def test_a_device_whose_wave_was_refused_waits_for_the_next_while_it_is_queued(
    pool: Pool, clock: FixedClock, ask: Asks, devices: dict[str, UUID]
) -> None:
    await place(pool, devices["S1"], "planned")
    raised = await ask(device_id=devices["S1"], reason=Reason.SLOW)
    await pool.execute(
        "INSERT INTO refresh.queue (entry_id, device_id, kind, demand, rule, reason, policy_version, due_on, score, "
        "score_parts, status, line, entered_at) "
        "VALUES ($1, $1, 'laptop', 'refresh', 'age', 'x', '1', '2024-09-01', 1, '{}', 'queued', "
        "'refresh-and-bau', now())",
        devices["S1"],
    )
    await pool.execute("DELETE FROM refresh.placements")
    assert await WaitingSweep(pool, clock, small_directory(), own_policy().patience).sweep() == 0
    assert await status(pool, raised.request_id) is Status.WAITING_FOR_WAVE
