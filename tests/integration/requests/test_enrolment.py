"""What completes a delivery by itself, and what must not; the old device's way back. In any order, once."""

from __future__ import annotations

import asyncio
from datetime import date
from itertools import permutations
from uuid import UUID

import pytest

from schemas.events.register import DeviceChanged
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool
from services.machines import Actor
from services.register.consumer import RegisterConsumer
from services.requests import queries
from services.requests.commands import Deliveries, Requests
from services.requests.consumer import RequestsConsumer
from services.requests.queries import RequestView
from services.requests.rules.machine import Cause, Status
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import asset
from tests.fixtures.people import email_of, viewer
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import (
    changed,
    committed,
    device,
    hear,
    in_wave,
    minutes,
    put,
    shelve,
    status,
)

pytestmark = pytest.mark.integration
HELEN, AMARA = viewer("Helen Marsh"), viewer("Amara Osei")
NEW = device("new")


async def test_a_new_device_in_its_users_hands_completes_the_delivery(
    pool: Pool, clock: FixedClock, ordered: RequestView
) -> None:
    await hear(pool, changed(NEW, clock.now() + minutes(1), serial="NEW1"))
    row = await pool.fetchrow("SELECT status, successor_device_id, successor_serial FROM requests")
    assert row is not None
    assert tuple(row) == ("delivered", NEW, "NEW1")


async def test_what_is_no_new_device_completes_nothing(
    pool: Pool, clock: FixedClock, ordered: RequestView, devices: dict[str, UUID]
) -> None:
    later = clock.now() + minutes(1)
    words = [
        changed(devices["S1"], later, serial="S1"),
        changed(device("S1 again"), later, serial="S1"),
        changed(device("a"), later, kind=Kind.SMARTPHONE),
        changed(device("b"), clock.now() - minutes(60)),
        changed(device("c"), later, "state", purchased_on=None),
        changed(device("d"), later, "os", "os_version"),
        changed(device("h"), later, purchased_on=None),
        changed(device("i"), later, purchased_on=date(2024, 11, 3)),
        changed(device("e"), later, holder=email_of("Tom Whitfield")),
        changed(device("f"), later, state=DeviceState.IN_STOCK),
        changed(device("g"), later, "state", purchased_on=date(2023, 1, 1)),
    ]
    for word in words:
        await hear(pool, word)
        assert await status(pool, ordered.request_id) is Status.ORDERED, word.id


async def test_when_it_was_bought_may_be_told_last(pool: Pool, clock: FixedClock, ordered: RequestView) -> None:
    await hear(pool, changed(NEW, clock.now() + minutes(1), purchased_on=None))
    assert await status(pool, ordered.request_id) is Status.ORDERED
    await hear(pool, changed(NEW, clock.now() + minutes(2), "purchased_on", purchased_on=clock.now().date()))
    assert await status(pool, ordered.request_id) is Status.DELIVERED


@pytest.mark.parametrize("holders", [["Amara Osei"], ["Tom Whitfield", "Amara Osei"]])
async def test_what_came_from_the_shelf_since_is_new_however_old(
    pool: Pool, register: Pool, clock: FixedClock, ordered: RequestView, holders: list[str]
) -> None:
    stock = await shelve(register, "OLD1", 9, purchased_on=date(2023, 1, 1))
    for number, holder in enumerate(holders):
        record = asset(
            "OLD1", 9, clock.now() + minutes(1 + number), state=DeviceState.DEPLOYED, holder_email=email_of(holder)
        )
        told = await deliver(register, RegisterConsumer().apply, [record])
        await hear(pool, *(event for event in told if isinstance(event, DeviceChanged)))
    row = await pool.fetchrow("SELECT status, successor_device_id FROM requests")
    assert row is not None
    assert tuple(row) == ("delivered", stock)


async def test_what_its_user_held_before_is_not_new_though_it_was_in_stock_meanwhile(
    pool: Pool, register: Pool, clock: FixedClock, ordered: RequestView
) -> None:
    """Amara's second laptop goes to the shelf and comes back to her."""
    amara = email_of("Amara Osei")
    await shelve(register, "OLD2", 9, state=DeviceState.DEPLOYED, holder_email=amara, purchased_on=date(2023, 1, 1))
    for number, (state, holder) in enumerate(
        [(DeviceState.IN_STOCK, email_of("Helen Marsh")), (DeviceState.DEPLOYED, amara)]
    ):
        record = asset("OLD2", 9, clock.now() + minutes(1 + number), state=state, holder_email=holder)
        told = await deliver(register, RegisterConsumer().apply, [record])
        await hear(pool, *(event for event in told if isinstance(event, DeviceChanged)))
    assert await status(pool, ordered.request_id) is Status.ORDERED


async def test_where_a_device_is_set_aside_only_that_one_counts(
    pool: Pool, register: Pool, clock: FixedClock, deliveries: Deliveries, ordered: RequestView
) -> None:
    stock = await shelve(register, "NEW1", 7)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW1", idempotency_key="a")
    await hear(pool, changed(NEW, clock.now() + minutes(1)))
    await hear(pool, changed(stock, clock.now() + minutes(1), holder=email_of("Tom Whitfield")))
    assert await status(pool, ordered.request_id) is Status.ALLOCATED
    await hear(pool, changed(stock, clock.now() + minutes(2), "holder_email"))
    assert await status(pool, ordered.request_id) is Status.DELIVERED


async def test_money_enrolment_and_return_end_the_same_in_any_order(
    pool: Pool, clock: FixedClock, requests: Requests, devices: dict[str, UUID], ask: Asks, deliveries: Deliveries
) -> None:
    ends = set()
    for number, order in enumerate(permutations(range(3))):
        raised = await ask(device_id=devices["S1"], key=f"k{number}")
        await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key=f"y{number}")
        at = clock.now() + minutes(1)
        words = [
            committed(raised, at),
            changed(device(f"new {number}"), at),
            changed(devices["S1"], at, "state", state=DeviceState.RETURNED, holder=None, revision=number),
        ]
        for place in order:
            await hear(pool, words[place])
        await hear(pool, *words)
        row = await pool.fetchrow(
            "SELECT status, old_back_at IS NOT NULL, successor_device_id IS NOT NULL FROM requests "
            "WHERE request_id = $1",
            raised.request_id,
        )
        assert row is not None
        ends.add(tuple(row))
        done = await deliveries.receive(AMARA, raised.request_id, idempotency_key=f"r{number}")
        assert done.request.status is Status.CLOSED, "the old one is back already"
    assert ends == {("delivered", True, True)}


async def test_one_new_device_serves_one_of_two_requests(
    pool: Pool, clock: FixedClock, requests: Requests, ask: Asks
) -> None:
    views = [await ask(key="1"), await ask(key="2")]
    for view in views:
        await requests.approve(viewer("Priya Nair"), view.request_id, idempotency_key=f"y{view.reference}")
        await hear(pool, committed(view, clock.now()))
    for number in range(3):
        await hear(pool, changed(NEW, clock.now() + minutes(1 + number), revision=number))
    found = await pool.fetch("SELECT status FROM requests ORDER BY status")
    assert [row["status"] for row in found] == ["delivered", "ordered"]


async def test_a_repaired_device_closes_its_request(
    pool: Pool, clock: FixedClock, ask: Asks, devices: dict[str, UUID]
) -> None:
    raised = await ask(device_id=devices["S1"])
    await pool.execute("UPDATE requests.requests SET status = 'waiting_for_repair'")
    at = clock.now() + minutes(5)
    await hear(pool, changed(devices["S1"], clock.now() - minutes(5), "state"))
    await hear(pool, changed(devices["S1"], at, "state", state=DeviceState.IN_REPAIR))
    assert await status(pool, raised.request_id) is Status.WAITING_FOR_REPAIR
    await hear(pool, changed(devices["S1"], at + minutes(5), "state", revision=3))
    assert await status(pool, raised.request_id) is Status.CLOSED


async def test_a_wave_that_orders_moves_the_request_on(
    pool: Pool, clock: FixedClock, ask: Asks, devices: dict[str, UUID]
) -> None:
    raised = await ask(device_id=devices["S1"])
    await pool.execute("UPDATE requests.requests SET status = 'waiting_for_wave'")
    await hear(pool, in_wave(devices["S1"], clock.now(), "planned"))
    assert await status(pool, raised.request_id) is Status.WAITING_FOR_WAVE
    await hear(pool, in_wave(devices["S1"], clock.now()), in_wave(devices["S2"], clock.now()))
    assert await status(pool, raised.request_id) is Status.ORDERED


async def test_the_old_device_with_somebody_else_is_back(
    pool: Pool, clock: FixedClock, ordered: RequestView, devices: dict[str, UUID]
) -> None:
    await hear(pool, changed(NEW, clock.now() + minutes(1)))
    await put(pool, ordered.request_id, Cause.RECEIVE, Actor.RECIPIENT, clock.now() + minutes(2))
    assert await status(pool, ordered.request_id) is Status.RETURN_DUE
    await hear(pool, changed(devices["S1"], clock.now() + minutes(3), "os"))
    assert await status(pool, ordered.request_id) is Status.RETURN_DUE
    await hear(pool, changed(devices["S1"], clock.now() + minutes(4), "holder_email", holder="x@metropolitan.example"))
    assert await status(pool, ordered.request_id) is Status.CLOSED


async def test_words_that_cannot_matter_ask_the_database_nothing(pool: Pool, clock: FixedClock) -> None:
    words = [changed(device(str(number)), clock.now(), "os_version") for number in range(50)]
    async with pool.acquire() as connection, connection.transaction():
        asked: list[str] = []
        connection.add_query_logger(lambda query: asked.append(query.query))
        await RequestsConsumer().apply(connection, words)
        await asyncio.sleep(0)  # the logger is called in the loop's next turn
        assert asked == []
        matter = [changed(device(str(number)), clock.now()) for number in range(50)]
        await RequestsConsumer().apply(connection, matter)
        await asyncio.sleep(0)
        assert sum("requests.requests" in query for query in asked) == 1


async def test_device_management_completes_it_before_the_desk_has_noted_it(
    pool: Pool, register: Pool, clock: FixedClock, ordered: RequestView, deliveries: Deliveries
) -> None:
    stock = await shelve(register, "NEW9", 31)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW9", idempotency_key="set aside")
    shelf = {"state": DeviceState.IN_STOCK, "serial": "NEW9"}
    later = clock.now() + minutes(1)
    await hear(pool, changed(stock, later, "os_version", **shelf))
    await hear(pool, changed(stock, later, "holder_email", holder=email_of("Tom Whitfield"), **shelf))
    assert await status(pool, ordered.request_id) is Status.ALLOCATED
    await hear(pool, changed(stock, later, "holder_email", **shelf))
    assert await status(pool, ordered.request_id) is Status.DELIVERED


async def test_what_its_user_has_is_given_to_nobody_else_though_the_desk_has_it_on_the_shelf(
    pool: Pool, register: Pool, clock: FixedClock, ordered: RequestView, deliveries: Deliveries, ask: Asks
) -> None:
    stock = await shelve(register, "NEW9", 31)
    await deliveries.allocate(HELEN, ordered.request_id, device="NEW9", idempotency_key="set aside")
    await deliveries.ship(HELEN, ordered.request_id, carrier="Van 3", idempotency_key="sent")
    await deliveries.receive(AMARA, ordered.request_id, idempotency_key="there")
    await pool.execute("UPDATE requests SET status = 'closed' WHERE request_id = $1", ordered.request_id)
    assert await queries.devices_set_aside(pool) == [stock]  # type: ignore[arg-type]  # a pool will do
    await hear(pool, changed(stock, clock.now() - minutes(60 * 24), "state", serial="NEW9"))
    assert await queries.devices_set_aside(pool) == [stock]  # type: ignore[arg-type]
    await hear(pool, changed(stock, clock.now() + minutes(5), "state", serial="NEW9"))
    assert await queries.devices_set_aside(pool) == []  # type: ignore[arg-type]
