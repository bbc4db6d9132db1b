"""Whom a request is for gets a device by another way, or finds the lost one: noted once, and a planner may cancel."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from uuid import UUID

import pytest

from schemas.events.loss import Loss, LossMoved
from schemas.events.register import DeviceChanged
from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed
from services.requests import queries
from services.requests.commands import Deliveries, Requests
from services.requests.queries import Reason, RequestView
from services.requests.rules.machine import Cause, Status
from tests.fixtures.people import viewer
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import changed, committed, device, hear, minutes, shelve, told

pytestmark = pytest.mark.integration
HELEN = viewer("Helen Marsh")


async def seen(pool: Pool, request: RequestView) -> RequestView:
    found = await queries.request(pool, HELEN, request.request_id)
    assert found is not None
    return found


def handed_over(name: str, at: datetime, **more: object) -> DeviceChanged:
    """A device that the register has known for years comes from somebody else to Amara."""
    values: dict[str, object] = {"serial": name, "purchased_on": None, "revision": 3} | more
    return changed(device(name), at, "holder_email", **values)  # type: ignore[arg-type]  # each as `changed` takes it


def found(device_id: UUID, at: datetime, state: str = "found") -> LossMoved:
    return LossMoved(
        id=f"{device_id}/{state}",
        source="quartermaster/losses",
        time=at,
        subject=str(device_id),
        data=Loss(
            loss_id=device("loss"),
            reference="L-1",
            revision=2,
            device_id=device_id,
            state=state,
            how="lost",
            reported_at=at,
            explanation="Found",
            serial="S1",
        ),
    )


async def test_it_is_noted_once_moves_nothing_and_a_planner_cancels_with_a_reason(
    pool: Pool, deliveries: Deliveries, ordered: RequestView, clock: FixedClock
) -> None:
    at = clock.now() + minutes(5)
    word = handed_over("USED1", at)
    for _ in range(2):
        await hear(pool, word)
    await hear(pool, handed_over("USED2", at + minutes(5)))
    view = await seen(pool, ordered)
    assert (view.status, view.otherwise_serial, view.otherwise_at) == (Status.ORDERED, "USED1", at)
    assert [line.what for line in view.timeline if "another device" in line.what] == [
        "Its user has another device: USED1"
    ]
    assert len([each for each in await told(pool) if getattr(each.data, "status", "") == "ordered"]) == 2
    assert Cause.CANCEL in view.may
    with pytest.raises(BadInput):
        await deliveries.cancel(HELEN, ordered.request_id, why=" ", idempotency_key="0")
    with pytest.raises(NotAllowed):
        await deliveries.cancel(viewer("Priya Nair"), ordered.request_id, why="No", idempotency_key="1")
    done = await deliveries.cancel(HELEN, ordered.request_id, why="Has USED1", idempotency_key="2")
    assert (done.request.status, done.request.ending) == (Status.WITHDRAWN, "Cancelled: Has USED1")


async def test_every_order_of_words_ends_the_same(
    pool: Pool, requests: Requests, ask: Asks, clock: FixedClock, devices: dict[str, UUID]
) -> None:
    ends = set()
    for number, order in enumerate(permutations(range(2))):
        raised = await ask(key=f"k{number}")
        await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key=f"y{number}")
        words = [committed(raised, clock.now()), handed_over(f"USED{number}", clock.now() + minutes(1))]
        for place in order:
            await hear(pool, words[place])
        view = await seen(pool, raised)
        ends.add((view.status, view.otherwise_serial == f"USED{number}"))
        clock.advance(minutes(10))
    assert ends == {(Status.ORDERED, True)}


async def test_what_proves_nothing_is_not_noted(
    pool: Pool, ordered: RequestView, clock: FixedClock, devices: dict[str, UUID]
) -> None:
    at = clock.now() + minutes(5)
    await hear(
        pool,
        handed_over("HEARD-FIRST", at, revision=1),
        handed_over("BEFORE", clock.now() - minutes(600)),
        handed_over("TOMS", at, holder="tom.whitfield@metropolitan.example"),
        changed(devices["S1"], at, "holder_email", serial="S1", purchased_on=None, revision=3),
    )
    view = await seen(pool, ordered)
    assert (view.otherwise_at, view.status) == (None, Status.ORDERED)


async def test_the_device_that_was_ordered_is_no_other_one(
    pool: Pool, register: Pool, deliveries: Deliveries, ordered: RequestView, clock: FixedClock
) -> None:
    new = await shelve(register, "NEW1", 7)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    await hear(pool, changed(new, clock.now() + minutes(5), serial="NEW1", revision=3))
    view = await seen(pool, ordered)
    assert (view.status, view.otherwise_at) == (Status.DELIVERED, None)


async def test_what_is_set_aside_is_free_when_a_planner_cancels(
    pool: Pool, register: Pool, deliveries: Deliveries, ordered: RequestView, clock: FixedClock
) -> None:
    new = await shelve(register, "NEW1", 7)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    await hear(pool, handed_over("USED1", clock.now() + minutes(5), state=DeviceState.DEPLOYED))
    assert (await seen(pool, ordered)).otherwise_serial == "USED1"
    await deliveries.cancel(HELEN, ordered.request_id, why="Has USED1", idempotency_key="b")
    assert new not in await queries.devices_set_aside(pool)


async def test_a_lost_device_that_is_found_makes_its_successor_perhaps_needless(
    pool: Pool, requests: Requests, ask: Asks, devices: dict[str, UUID], clock: FixedClock
) -> None:
    raised = await ask(device_id=devices["S1"], reason=Reason.LOST)
    await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="yes")
    at = clock.now() + minutes(5)
    await hear(pool, committed(raised, clock.now()), found(devices["S1"], at, "locked"), found(device("other"), at))
    assert (await seen(pool, raised)).otherwise_at is None
    for _ in range(2):
        await hear(pool, found(devices["S1"], at))
    view = await seen(pool, raised)
    assert (view.status, view.otherwise_device_id, view.otherwise_at) == (Status.ORDERED, devices["S1"], at)
    assert [line.what for line in view.timeline if "found" in line.what] == ["The lost device was found: L-1"]


@pytest.mark.parametrize("first", ["found", "approved"])
async def test_found_before_it_was_decided_is_noted_whichever_is_heard_first(
    pool: Pool, requests: Requests, ask: Asks, devices: dict[str, UUID], clock: FixedClock, first: str
) -> None:
    raised = await ask(device_id=devices["S1"], reason=Reason.LOST)
    at = clock.now() + minutes(5)
    clock.advance(minutes(10))
    if first == "found":
        for _ in range(2):
            await hear(pool, found(devices["S1"], at))
        view = await seen(pool, raised)
        assert (view.status, view.otherwise_at) == (Status.WAITING_FOR_APPROVAL, at), "who decides is told in time"
        assert [line.what for line in view.timeline if "found" in line.what] == ["The lost device was found: L-1"]
        assert view.waits_since == raised.waits_since, "whoever is to decide has waited no less for that"
    await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="yes")
    await hear(pool, found(devices["S1"], at))
    view = await seen(pool, raised)
    assert (view.status, view.otherwise_device_id, view.otherwise_at) == (Status.APPROVED, devices["S1"], at)


async def test_an_older_find_of_what_was_lost_anew_says_nothing(
    pool: Pool, ask: Asks, devices: dict[str, UUID], clock: FixedClock
) -> None:
    raised = await ask(device_id=devices["S1"], reason=Reason.LOST)
    await hear(pool, found(devices["S1"], clock.now() - minutes(5)))
    assert (await seen(pool, raised)).otherwise_at is None
