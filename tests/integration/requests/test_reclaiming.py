"""A manager asks for a device back: once, of their own units, with a holder who may say that they need it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.requests import queries
from services.requests.commands import Deliveries, Leaving, Requests
from services.requests.policy import own_policy
from services.requests.queries import Cause, Reason, RequestView, Status
from services.requests.sweep import WaitingSweep
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.journey import changed, hear, minutes, shelve, status, told

pytestmark = pytest.mark.integration
AMARA, PRIYA, HELEN = viewer("Amara Osei"), viewer("Priya Nair"), viewer("Helen Marsh")
WHY = "Not seen since May"


async def asked(deliveries: Deliveries, devices: dict[str, UUID], key: str = "1") -> RequestView:
    return await deliveries.reclaim(PRIYA, devices["S1"], why=WHY, idempotency_key=key)


async def test_it_is_due_back_once_and_closes_by_the_registers_word(
    pool: Pool, clock: FixedClock, deliveries: Deliveries, devices: dict[str, UUID]
) -> None:
    view = await asked(deliveries, devices)
    again = await asked(deliveries, devices)
    assert again.request_id == view.request_id
    assert (view.status, view.reason, view.serial) == (Status.RETURN_DUE, Reason.RECLAIM, "S1")
    assert (view.requester_email, view.recipient_email) == (PRIYA.email, AMARA.email)
    assert view.return_due_on == clock.now().date() + timedelta(days=own_policy().days.to_hand_back)
    assert view.explanation == WHY
    events = await told(pool)
    assert [(each.data.status, each.data.revision) for each in events] == [("return_due", 1)]
    assert WHY not in str(events), "what people write stays here"
    with pytest.raises(RuleBroken, match=f"open request {view.reference}"):
        await asked(deliveries, devices, "2")
    await hear(pool, changed(devices["S1"], clock.now() + minutes(1), "state", state=DeviceState.RETURNED))
    assert await status(pool, view.request_id) is Status.CLOSED


async def test_the_holder_keeps_it_with_a_word_and_may_be_asked_again(
    pool: Pool, clock: FixedClock, deliveries: Deliveries, requests: Requests, devices: dict[str, UUID]
) -> None:
    view = await asked(deliveries, devices)
    seen = await queries.request(pool, AMARA, view.request_id)
    assert seen is not None
    assert seen.may == (Cause.KEEP,)
    with pytest.raises(BadInput):
        await requests.keep(AMARA, view.request_id, why=" ", idempotency_key="k")
    kept = await requests.keep(AMARA, view.request_id, why="For night duty", idempotency_key="k")
    assert (kept.status, kept.ending, kept.ended_by) == (Status.WITHDRAWN, "Still needed: For night duty", AMARA.email)
    assert "night" not in str(await told(pool))
    before = await queries.asked_before(pool, [devices["S1"], devices["S2"]])
    assert {key: (each.reference, each.kept_at) for key, each in before.items()} == {devices["S1"]: (None, clock.now())}
    line = (await queries.device_lines(pool, HELEN, devices["S1"]))[0]
    assert line.what == "Still needed", "what people write stands in the request alone"
    second = await asked(deliveries, devices, "2")
    before = await queries.asked_before(pool, [devices["S1"]])
    assert before[devices["S1"]].reference == second.reference


async def test_whoever_asked_may_call_it_off(
    deliveries: Deliveries, requests: Requests, devices: dict[str, UUID]
) -> None:
    view = await asked(deliveries, devices)
    ended = await requests.call_off(PRIYA, view.request_id, idempotency_key="c")
    assert (ended.status, ended.ending) == (Status.WITHDRAWN, "Asked for no more")


async def test_what_goes_back_for_another_reason_is_no_ones_to_keep(
    pool: Pool, clock: FixedClock, requests: Requests, devices: dict[str, UUID]
) -> None:
    await Leaving(pool, clock, small_directory()).leave(PRIYA, AMARA.email, idempotency_key="1")
    request_id = await pool.fetchval("SELECT request_id FROM requests WHERE reason = 'leaver'")
    for act in (
        requests.keep(AMARA, request_id, why="Mine", idempotency_key="k"),
        requests.call_off(PRIYA, request_id, idempotency_key="k"),
    ):
        with pytest.raises(RuleBroken, match="another reason"):
            await act
    assert await status(pool, request_id) is Status.RETURN_DUE


async def test_who_leaves_has_no_choice_any_more(
    pool: Pool, clock: FixedClock, deliveries: Deliveries, requests: Requests, devices: dict[str, UUID]
) -> None:
    view = await asked(deliveries, devices)
    left = await Leaving(pool, clock, small_directory()).leave(PRIYA, AMARA.email, idempotency_key="1")
    assert [each.reference for each in left.due_back] == [view.reference]
    assert (left.others, left.ended, left.now) == ([], [], 0)
    with pytest.raises(RuleBroken):
        await requests.keep(AMARA, view.request_id, why="Mine", idempotency_key="k")
    assert await status(pool, view.request_id) is Status.RETURN_DUE


@pytest.mark.parametrize("who", ["Amara Osei", "Tom Whitfield", "Idris Bello", "Ruth Adeyemi", "Catherine Doyle"])
async def test_others_may_not_ask(pool: Pool, deliveries: Deliveries, devices: dict[str, UUID], who: str) -> None:
    for act in (
        deliveries.reclaim(viewer(who), devices["S1"], why=WHY, idempotency_key="1"),
        deliveries.ahead_of_reclaim(viewer(who), devices["S1"]),
    ):
        with pytest.raises(NotAllowed):
            await act
    refused = "SELECT count(*) FROM access.audit WHERE email = $1 AND action = 'reclaim' AND NOT granted"
    assert await pool.fetchval(refused, email_of(who)) == 2
    assert await pool.fetchval("SELECT count(*) FROM requests") == 0


async def test_a_manager_asks_of_the_own_units_only_and_nobody_of_oneself(
    register: Pool, deliveries: Deliveries, devices: dict[str, UUID]
) -> None:
    with pytest.raises(NotFound):
        await deliveries.reclaim(PRIYA, devices["S2"], why=WHY, idempotency_key="1")
    elsewhere = await shelve(
        register, "S8", 8, state=DeviceState.DEPLOYED, holder_email=PRIYA.email, unit="central-north-response"
    )
    with pytest.raises(NotFound):
        await deliveries.reclaim(PRIYA, elsewhere, why=WHY, idempotency_key="2")
    own = await shelve(register, "S9", 9, state=DeviceState.DEPLOYED, holder_email=PRIYA.email, unit="central-west")
    with pytest.raises(RuleBroken, match="You hold it yourself"):
        await deliveries.reclaim(PRIYA, own, why=WHY, idempotency_key="3")
    shelved = await shelve(register, "S7", 7)
    with pytest.raises(RuleBroken, match="nobody has S7 now"):
        await deliveries.reclaim(HELEN, shelved, why=WHY, idempotency_key="4")
    with pytest.raises(BadInput):
        await deliveries.reclaim(HELEN, devices["S2"], why="  ", idempotency_key="5")
    view = await deliveries.reclaim(HELEN, devices["S2"], why=WHY, idempotency_key="6")
    assert view.recipient_name == "Tom Whitfield"


async def test_of_two_at_once_one_is_told_of_the_others(
    pool: Pool, deliveries: Deliveries, devices: dict[str, UUID]
) -> None:
    acts = [deliveries.reclaim(who, devices["S1"], why=WHY, idempotency_key="1") for who in (PRIYA, HELEN)]
    came = await asyncio.gather(*acts, return_exceptions=True)
    assert sorted(type(each).__name__ for each in came) == ["RequestView", "RuleBroken"]
    assert await pool.fetchval("SELECT count(*) FROM requests") == 1


async def test_the_clock_reminds_the_holder(
    pool: Pool, clock: FixedClock, deliveries: Deliveries, devices: dict[str, UUID]
) -> None:
    view = await asked(deliveries, devices)
    clock.moment += timedelta(days=own_policy().days.until_reminder, hours=1)
    await WaitingSweep(pool, clock, small_directory(), own_policy().patience).sweep()
    found = await queries.request(pool, AMARA, view.request_id)
    assert found is not None
    assert (found.status, found.chases) == (Status.RETURN_DUE, 1)
    assert found.timeline[-1].what == "Reminded"
