"""Somebody leaves: what they hold is due back, by one act, once."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from uuid import UUID

import pytest

from schemas.events.budget import OrderCommitted
from schemas.events.finance import DocumentType
from schemas.vocabulary import DeviceState, Kind
from services.budget import configuration_store
from services.budget.configuration import load_price_book
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import BadInput, NotAllowed, RuleBroken
from services.requests import queries, store
from services.requests.commands import Deliveries, Leaving, Requests
from services.requests.queries import Reason, RequestView
from services.requests.rules.machine import OPEN, Cause, Status
from services.requests.rules.machine import REQUEST as MACHINE
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import document, recorded
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import changed, committed, device, hear, in_wave, minutes, shelve, status, told
from tests.integration.requests.test_every_step_by_command import ROUTES, Stage

pytestmark = pytest.mark.integration
PRIYA, HELEN, AMARA = viewer("Priya Nair"), viewer("Helen Marsh"), email_of("Amara Osei")
OUTSTANDING = """
SELECT coalesce(sum(CASE entry_type WHEN 'committed' THEN net_pence + vat_pence
                                    WHEN 'released' THEN -(net_pence + vat_pence) END), 0)
FROM budget.ledger
"""


@pytest.fixture
def leaving(pool: Pool, clock: FixedClock) -> Leaving:
    return Leaving(pool, clock, small_directory())


async def test_each_device_is_due_back_once_however_often_it_is_said(
    pool: Pool, register: Pool, clock: FixedClock, leaving: Leaving, devices: dict[str, UUID]
) -> None:
    unit = "central-west-response"
    await shelve(register, "S9", 9, state=DeviceState.DEPLOYED, holder_email=AMARA, unit=unit)
    left = await leaving.leave(PRIYA, AMARA.upper(), idempotency_key="1")
    assert (left.now, left.name) == (2, "Amara Osei")
    assert {each.serial for each in left.due_back} == {"S1", "S9"}
    assert {each.return_due_on for each in left.due_back} == {clock.now().date() + timedelta(days=14)}
    for key in ("1", "2"):
        again = await leaving.leave(PRIYA, AMARA, idempotency_key=key)
        assert (again.now, len(again.due_back)) == (0, 2)
    events = await told(pool)
    assert [each.data.status for each in events] == ["return_due", "return_due"]
    await hear(pool, changed(devices["S1"], clock.now() + minutes(1), "state", state=DeviceState.RETURNED))
    found = next(each for each in left.due_back if each.serial == "S1")
    assert await status(pool, found.request_id) is Status.CLOSED


async def test_who_holds_nothing_leaves_nothing_behind(leaving: Leaving, devices: dict[str, UUID]) -> None:
    left = await leaving.leave(PRIYA, email_of("Idris Bello"), idempotency_key="1")
    assert (left.due_back, left.others, left.now) == ([], [], 0)
    with pytest.raises(BadInput):
        await leaving.leave(PRIYA, "Idris", idempotency_key="2")


async def test_only_managers_and_planners_say_so_and_only_of_their_units(
    pool: Pool, leaving: Leaving, devices: dict[str, UUID]
) -> None:
    with pytest.raises(NotAllowed):
        await leaving.leave(viewer("Amara Osei"), AMARA, idempotency_key="1")
    left = await leaving.leave(viewer("Daniel Reyes"), AMARA, idempotency_key="1")
    assert left.due_back == [], "another command's manager learns nothing"
    left = await leaving.leave(viewer("Helen Marsh"), AMARA, idempotency_key="1")
    assert len(left.due_back) == 1
    row = await pool.fetchrow("SELECT recipient_email, approver_email FROM requests")
    assert row is not None
    assert tuple(row) == (AMARA, PRIYA.email), "her manager hears of it"


async def test_what_is_on_order_for_them_is_withdrawn_and_their_device_due_back(
    pool: Pool, leaving: Leaving, ordered: RequestView, devices: dict[str, UUID]
) -> None:
    left = await leaving.leave(PRIYA, AMARA, idempotency_key="1")
    assert [each.serial for each in left.due_back] == ["S1"]
    assert (left.others, [(each.reference, each.sent) for each in left.ended]) == ([], [(ordered.reference, None)])
    view = await queries.request(pool, viewer("Amara Osei"), ordered.request_id)
    assert view is not None
    assert (view.status, view.ending, view.ended_by) == (
        Status.WITHDRAWN,
        "Withdrawn: Amara Osei leaves",
        PRIYA.email,
    )
    assert (view.timeline[-1].what, view.timeline[-1].who) == (view.ending, view.ended_by)
    assert view.may == ()
    progress = (await told(pool))[-2]
    assert (progress.data.status, progress.data.explanation) == ("withdrawn", "Whom it is for leaves"), "no name"
    again = await leaving.leave(PRIYA, AMARA, idempotency_key="2")
    assert (again.now, again.ended, len(again.due_back)) == (0, [], 1)


async def test_a_device_that_hands_back_already_is_named_with_its_request(
    pool: Pool, leaving: Leaving, deliveries: Deliveries, register: Pool, ordered: RequestView, clock: FixedClock
) -> None:
    await _sent(register, deliveries, ordered, "NEW1", 7)
    await deliveries.receive(viewer("Amara Osei"), ordered.request_id, idempotency_key="r")
    assert await status(pool, ordered.request_id) is Status.RETURN_DUE
    left = await leaving.leave(PRIYA, AMARA, idempotency_key="1")
    assert left.ended == []
    assert [(each.serial, each.reference) for each in left.others] == [("S1", ordered.reference)]
    assert await status(pool, ordered.request_id) is Status.RETURN_DUE, "the old one still comes back by it"


@pytest.mark.parametrize("enrolled", [False, True])
async def test_a_device_that_was_sent_comes_back_and_nobody_is_given_it_before(
    pool: Pool,
    leaving: Leaving,
    deliveries: Deliveries,
    register: Pool,
    ordered: RequestView,
    ask: Asks,
    requests: Requests,
    clock: FixedClock,
    enrolled: bool,
) -> None:
    new = await _sent(register, deliveries, ordered, "NEW1", 7)
    if enrolled:
        await hear(pool, changed(new, clock.now() + minutes(1), state=DeviceState.DEPLOYED, serial="NEW1"))
        assert await status(pool, ordered.request_id) is Status.DELIVERED
    left = await leaving.leave(PRIYA, AMARA, idempotency_key="1")
    assert [(each.reference, each.sent) for each in left.ended] == [(ordered.reference, "NEW1")]
    assert {each.serial for each in left.due_back} == {"S1", "NEW1"}
    view = await queries.request(pool, viewer("Amara Osei"), ordered.request_id)
    assert view is not None
    assert (view.status, view.ending) == (Status.CLOSED, "Ended: Amara Osei leaves; NEW1 is due back")
    # It is on the shelf for the register still, and in the post.
    assert new in await queries.devices_set_aside(pool)
    async with pool.acquire() as connection, connection.transaction():
        assert new in await store.set_aside(connection)
    tom = await ask("Tom Whitfield", key="t")
    await requests.approve(viewer("Daniel Reyes"), tom.request_id, idempotency_key="yes")
    await hear(pool, committed(tom, clock.now()))
    with pytest.raises(RuleBroken, match="set aside for R-"):
        await deliveries.allocate(HELEN, tom.request_id, device="NEW1", idempotency_key="a")
    back = next(each for each in left.due_back if each.serial == "NEW1")
    await deliveries.take_back(HELEN, back.request_id, idempotency_key="b")
    assert new not in await queries.devices_set_aside(pool)
    done = await deliveries.allocate(HELEN, tom.request_id, device="NEW1", idempotency_key="c")
    assert done.request.successor_serial == "NEW1"


async def test_what_was_set_aside_is_free_at_once(
    pool: Pool, leaving: Leaving, deliveries: Deliveries, register: Pool, ordered: RequestView
) -> None:
    new = await shelve(register, "NEW1", 7)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    assert new in await queries.devices_set_aside(pool)
    left = await leaving.leave(HELEN, AMARA, idempotency_key="1")
    assert {each.serial for each in left.due_back} == {"S1"}, "the one on the shelf is not theirs"
    assert new not in await queries.devices_set_aside(pool)


async def test_no_late_word_and_no_press_brings_it_back(
    pool: Pool,
    leaving: Leaving,
    requests: Requests,
    deliveries: Deliveries,
    clock: FixedClock,
    ask: Asks,
    devices: dict[str, UUID],
) -> None:
    raised = await ask(device_id=devices["S1"])
    await requests.approve(PRIYA, raised.request_id, idempotency_key="yes")
    await leaving.leave(HELEN, AMARA, idempotency_key="1")
    later = clock.now() + minutes(5)
    await hear(
        pool,
        committed(raised, later),
        in_wave(devices["S1"], later),
        changed(device("another"), later, state=DeviceState.DEPLOYED, holder=AMARA),
    )
    assert await status(pool, raised.request_id) is Status.WITHDRAWN
    for press in (
        requests.approve(PRIYA, raised.request_id, idempotency_key="again"),
        deliveries.allocate(HELEN, raised.request_id, device="S2", idempotency_key="x"),
        requests.withdraw(viewer("Amara Osei"), raised.request_id, idempotency_key="y"),
    ):
        with contextlib.suppress(RuleBroken, NotAllowed):
            await press
    assert await status(pool, raised.request_id) is Status.WITHDRAWN
    anew = await ask(reason=Reason.SLOW, key="stays after all")
    assert anew.status is Status.WAITING_FOR_APPROVAL, "who stays asks anew"


async def test_what_they_asked_for_somebody_else_and_what_others_may_not_see_goes_on(
    pool: Pool, leaving: Leaving, requests: Requests, ask: Asks, clock: FixedClock
) -> None:
    joiner = await requests.raise_request(
        PRIYA,
        device_id=None,
        kind=Kind.LAPTOP,
        reason=Reason.JOINER,
        needed_by=None,
        accessibility_needs=False,
        explanation="Starts on Monday",
        delivery_place="Desk 4",
        idempotency_key="j",
        recipient_email="new.starter@metropolitan.example",
        recipient_name="New Starter",
    )
    tom = await ask("Tom Whitfield", key="t")
    assert (await leaving.leave(HELEN, PRIYA.email, idempotency_key="1")).ended == []
    assert (await leaving.leave(PRIYA, email_of("Tom Whitfield"), idempotency_key="2")).ended == []
    assert {await status(pool, each.request_id) for each in (joiner, tom)} == {Status.WAITING_FOR_APPROVAL}
    left = await leaving.leave(HELEN, "New.Starter@metropolitan.example", idempotency_key="3")
    assert [each.reference for each in left.ended] == [joiner.reference], "who never came leaves, too"


@pytest.mark.parametrize("state", [each for each in ROUTES if each in OPEN])
async def test_from_every_state_it_ends_as_the_table_says(
    pool: Pool,
    register: Pool,
    requests: Requests,
    deliveries: Deliveries,
    clock: FixedClock,
    leaving: Leaving,
    state: Status,
) -> None:
    stage = Stage(pool, register, requests, deliveries, clock)
    request_id = await stage.at(state)
    targets = {step.target for step in MACHINE.steps_from(state) if step.event == Cause.LEAVE} or {state}
    await leaving.leave(PRIYA, AMARA, idempotency_key="1")
    assert {await status(pool, request_id)} == targets
    assert (state is Status.RETURN_DUE) == (targets == {state}), "only what is handed back anyway goes on"
    row = await pool.fetchrow("SELECT count(*) AS due FROM requests WHERE reason = 'leaver' AND status = 'return_due'")
    assert row is not None
    assert row["due"] >= (0 if state is Status.RETURN_DUE else 1)


async def test_money_set_aside_comes_back_to_the_line(
    pool: Pool, database_url: str, leaving: Leaving, requests: Requests, ask: Asks, clock: FixedClock
) -> None:
    budget = await open_pool(database_url, "budget")
    async with budget.acquire() as connection:
        await configuration_store.fill_price_book(connection, load_price_book())
    approval = recorded(document("A-1", DocumentType.APPROVAL, 2_500_000_00, 0))
    await deliver(budget, BudgetConsumer(clock).apply, [approval])
    raised = await ask("Amara Osei")
    await requests.approve(PRIYA, raised.request_id, idempotency_key="yes")
    answers = await deliver(budget, BudgetConsumer(clock).apply, await told(pool))
    await hear(pool, *[each for each in answers if isinstance(each, OrderCommitted)])
    assert await status(pool, raised.request_id) is Status.ORDERED
    assert await budget.fetchval(OUTSTANDING) > 0
    await leaving.leave(PRIYA, AMARA, idempotency_key="1")
    await deliver(budget, BudgetConsumer(clock).apply, await told(pool))
    assert await budget.fetchval(OUTSTANDING) == 0
    await budget.close()


async def _sent(register: Pool, deliveries: Deliveries, ordered: RequestView, serial: str, number: int) -> UUID:
    """A device from the shelf, on its way to whom the request is for."""
    new = await shelve(register, serial, number)
    await deliveries.allocate(HELEN, ordered.request_id, device=serial, idempotency_key="to allocate")
    await deliveries.ship(HELEN, ordered.request_id, carrier="Van", idempotency_key="to ship")
    return new
