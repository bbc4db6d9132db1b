"""From the order to the old device's return: each step by whom it is for, once, and no device for two."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest

from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.machines import Actor
from services.requests.commands import Deliveries, Requests
from services.requests.queries import RequestView
from services.requests.rules.machine import Cause, Status
from tests.fixtures.people import viewer
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import changed, committed, hear, minutes, put, shelve, status, told

pytestmark = pytest.mark.integration
HELEN, AMARA, PRIYA = viewer("Helen Marsh"), viewer("Amara Osei"), viewer("Priya Nair")


async def test_the_whole_way_stands_in_the_timeline_and_is_told_step_by_step(
    pool: Pool,
    register: Pool,
    clock: FixedClock,
    deliveries: Deliveries,
    ordered: RequestView,
    devices: dict[str, UUID],
) -> None:
    stock = await shelve(register, "NEW1", 7)
    request_id = ordered.request_id
    await deliveries.allocate(HELEN, request_id, device="new1", idempotency_key="a")
    await deliveries.ship(HELEN, request_id, carrier="Van 3", tracking="T-1", idempotency_key="s")
    await hear(pool, changed(stock, clock.now() + minutes(5), serial="NEW1"))
    assert await status(pool, request_id) is Status.DELIVERED
    done = await deliveries.receive(AMARA, request_id, idempotency_key="r")
    assert done.request.status is Status.RETURN_DUE
    assert done.request.return_due_on == clock.now().date() + timedelta(days=14)
    await hear(pool, changed(devices["S1"], clock.now() + minutes(9), "state", state=DeviceState.RETURNED, holder=None))
    assert await status(pool, request_id) is Status.CLOSED
    events = [each.data for each in await told(pool)]
    assert [getattr(each, "status", None) for each in events] == [
        "waiting_for_approval",
        None,
        "ordered",
        "allocated",
        "shipped",
        "delivered",
        "return_due",
        "closed",
    ]
    assert [each.revision for each in events] == list(range(1, 9))
    assert events[3].successor_device_id == stock
    assert events[3].from_stock is True, "it was bought before anybody asked"
    view = done.request
    assert (view.carrier, view.tracking, view.successor_serial) == ("Van 3", "T-1", "NEW1")
    assert {line.what for line in view.timeline} >= {
        "NEW1 is set aside",
        "Sent with Van 3, tracking number T-1",
        "Enrolled by its new user: NEW1",
        "Receipt confirmed",
    }


async def test_what_was_bought_since_is_what_was_ordered(
    register: Pool, pool: Pool, deliveries: Deliveries, ordered: RequestView
) -> None:
    await shelve(register, "NEW1", 7, purchased_on=date(2024, 11, 20))
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    last = (await told(pool))[-1].data
    assert (last.status, last.from_stock) == ("allocated", False)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"kind": Kind.MONITOR}, "is a monitor"),
        ({"state": DeviceState.DEPLOYED}, "deployed"),
        ({"state": DeviceState.IN_REPAIR}, "in repair"),
    ],
)
async def test_only_a_fitting_device_in_stock_is_set_aside(
    register: Pool, deliveries: Deliveries, ordered: RequestView, facts: dict[str, object], says: str
) -> None:
    await shelve(register, "NEW1", 7, **facts)
    with pytest.raises(RuleBroken, match=says):
        await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    with pytest.raises(NotFound, match="no device NEW9"):
        await deliveries.allocate(HELEN, ordered.request_id, device="NEW9", idempotency_key="b")


async def test_two_planners_at_once_set_one_device_aside_for_one_request(
    pool: Pool,
    register: Pool,
    clock: FixedClock,
    requests: Requests,
    deliveries: Deliveries,
    ask: Asks,
    devices: dict[str, UUID],
) -> None:
    await shelve(register, "NEW1", 7)
    views = [await ask(device_id=devices["S1"]), await ask("Tom Whitfield", device_id=devices["S2"], key="2")]
    for view, manager in zip(views, ("Priya Nair", "Daniel Reyes"), strict=True):
        await requests.approve(viewer(manager), view.request_id, idempotency_key="yes")
        await hear(pool, committed(view, clock.now()))
    outcomes = await asyncio.gather(
        *(
            deliveries.allocate(HELEN, view.request_id, device="NEW1", idempotency_key=f"a{place}")
            for place, view in enumerate(views)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, RuleBroken) for each in outcomes) == 1
    found = await pool.fetch("SELECT status FROM requests WHERE successor_device_id IS NOT NULL")
    assert [row["status"] for row in found] == ["allocated"]


async def test_a_withdrawn_request_frees_its_device(
    pool: Pool,
    register: Pool,
    clock: FixedClock,
    requests: Requests,
    deliveries: Deliveries,
    ordered: RequestView,
    ask: Asks,
    devices: dict[str, UUID],
) -> None:
    await shelve(register, "NEW1", 7)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    other = await ask("Tom Whitfield", device_id=devices["S2"], key="2")
    await requests.approve(viewer("Daniel Reyes"), other.request_id, idempotency_key="yes")
    await hear(pool, committed(other, clock.now()))
    with pytest.raises(RuleBroken, match=f"set aside for {ordered.reference}"):
        await deliveries.allocate(HELEN, other.request_id, device="NEW1", idempotency_key="b")
    await put(pool, ordered.request_id, Cause.WITHDRAW, Actor.REQUESTER, clock.now())
    done = await deliveries.allocate(HELEN, other.request_id, device="NEW1", idempotency_key="c")
    assert done.request.status is Status.ALLOCATED


async def test_the_old_device_stays_until_accessibility_settings_are_checked(
    pool: Pool, clock: FixedClock, deliveries: Deliveries, ordered: RequestView, register: Pool
) -> None:
    await pool.execute("UPDATE requests.requests SET accessibility_needs = true")
    await shelve(register, "NEW1", 7)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    await deliveries.ship(HELEN, ordered.request_id, carrier="Van 3", idempotency_key="s")
    done = await deliveries.receive(AMARA, ordered.request_id, idempotency_key="r")
    assert done.request.status is Status.WAITING_FOR_CHECK
    with pytest.raises(RuleBroken, match="before the old device goes back"):
        await deliveries.take_back(HELEN, ordered.request_id, idempotency_key="t")
    with pytest.raises(NotAllowed):
        await deliveries.check(PRIYA, ordered.request_id, idempotency_key="c")
    done = await deliveries.check(AMARA, ordered.request_id, idempotency_key="c")
    assert done.request.status is Status.RETURN_DUE
    assert done.request.checked_by == AMARA.email
    done = await deliveries.take_back(HELEN, ordered.request_id, idempotency_key="t")
    assert done.request.status is Status.CLOSED


async def test_who_may_not_act_is_refused_and_audited(pool: Pool, deliveries: Deliveries, ordered: RequestView) -> None:
    with pytest.raises(NotAllowed, match="for the planner to do"):
        await deliveries.allocate(AMARA, ordered.request_id, device="S1", idempotency_key="a")
    with pytest.raises(NotFound):
        await deliveries.receive(viewer("Tom Whitfield"), ordered.request_id, idempotency_key="a")
    lines = await pool.fetch("SELECT email, action FROM access.audit WHERE NOT granted ORDER BY at, action")
    assert {(row["email"], row["action"]) for row in lines} == {
        (AMARA.email, "allocate"),
        (viewer("Tom Whitfield").email, "receive"),
    }


async def test_one_key_acts_once(pool: Pool, register: Pool, deliveries: Deliveries, ordered: RequestView) -> None:
    await shelve(register, "NEW1", 7)
    first = await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    again = await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    assert (first.done_now, again.done_now) == (True, False)
    assert again.request.revision == first.request.revision
    with pytest.raises(BadInput, match="carrier"):
        await deliveries.ship(HELEN, ordered.request_id, carrier=" ", idempotency_key="s")


async def test_a_cancelled_order_says_why(deliveries: Deliveries, ordered: RequestView) -> None:
    done = await deliveries.cancel(HELEN, ordered.request_id, why="Amara moves abroad", idempotency_key="c")
    assert done.request.status is Status.WITHDRAWN
    assert "Cancelled: Amara moves abroad" in [line.what for line in done.request.timeline]
