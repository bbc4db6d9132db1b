"""The register on real PostgreSQL: batches, repeats, shuffles, and counts that stay right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from random import Random
from typing import Literal

import msgspec
import pytest

from schemas.events.device import DeviceObserved, Failure, FailureReported
from schemas.events.register import DeviceFailed
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.database.pool import TEMPORARY_ERRORS, Pool, open_pool
from services.errors import TryAgain
from services.eventlog import inbox, outbox
from services.register import queries, store
from services.register.batch import Batch
from services.register.consumer import RegisterConsumer
from services.register.queries import Dimension
from tests.fixtures.observations import START, asset, checked_in, some_observations

pytestmark = pytest.mark.integration

EVERYONE = Viewer("d@x", "D", frozenset({Role.DIRECTOR}), None, None)
TODAY = date(2024, 11, 4)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


async def deliver(pool: Pool, events: list[DeviceObserved], size: int, consumer: RegisterConsumer | None = None) -> int:
    told = 0
    consumer = consumer or RegisterConsumer()
    for start in range(0, len(events), size):
        async with pool.acquire() as connection, connection.transaction():
            fresh = await inbox.accept(connection, events[start : start + size])
            applied = await consumer.apply(connection, fresh)
            await outbox.append(connection, applied.outgoing)
            told += len(applied.outgoing)
        applied.after_commit()
    return told


async def devices(pool: Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch(
        "SELECT serial, kind, model, os_version, state, unit, holder_email, purchased_on, last_seen_at, names, "
        "battery_health_percent, battery_weight, encode(weights, 'hex') "
        "FROM register.devices ORDER BY serial"
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("seed", range(6))
async def test_twice_and_shuffled_is_as_once(pool: Pool, seed: int) -> None:
    events = some_observations(seed, devices=20, events=400)
    await deliver(pool, events, size=37)
    once = await devices(pool), await queries.counts(pool, EVERYONE, TODAY, list(Dimension))
    assert await queries.verify_counts(pool) == []

    tables = "devices, identifiers, history, failures, counts, inbox, outbox"
    await pool.execute(f"TRUNCATE {tables}")
    shuffled = events + events
    Random(seed).shuffle(shuffled)
    await deliver(pool, shuffled, size=53)
    assert await queries.verify_counts(pool) == []
    assert (await devices(pool), await queries.counts(pool, EVERYONE, TODAY, list(Dimension))) == once


async def test_a_check_in_without_news_is_not_published(pool: Pool) -> None:
    assert await deliver(pool, [checked_in("S1", 1, START, os="Windows")], 1) == 1
    assert await deliver(pool, [checked_in("S1", 1, START.replace(hour=10), os="Windows")], 1) == 0
    seen = await queries.find_device(pool, EVERYONE, "s1", TODAY)
    assert seen is not None
    assert seen.last_seen_at == START.replace(hour=10)


async def test_records_in_two_batches_are_merged(pool: Pool) -> None:
    await deliver(pool, [checked_in(None, 7, START, os="Windows")], 1)
    await deliver(pool, [asset("S7", 7, START, unit="central-west", purchased_on=date(2021, 5, 2))], 1)
    await deliver(pool, [checked_in("S7", 7, START.replace(hour=11))], 1)
    (device,) = await devices(pool)
    assert device[0] == "S7"
    assert await queries.verify_counts(pool) == []
    history = [line.field for line in await _history(pool, "S7")]
    assert "merged" in history


async def _history(pool: Pool, serial: str) -> list[queries.HistoryLine]:
    device = await queries.find_device(pool, EVERYONE, serial, TODAY)
    assert device is not None
    return await queries.device_history(pool, EVERYONE, device.device_id)


async def test_viewers_see_their_units_their_own_devices_and_prices_by_role(pool: Pool) -> None:
    await deliver(
        pool,
        [
            asset("S1", 1, START, unit="central-west", holder_email="amara@x", cost_pence=90_000),
            asset("S2", 2, START, unit="central-north", holder_email="tom@x", cost_pence=90_000),
        ],
        10,
    )
    manager = Viewer("m@x", "M", frozenset({Role.MANAGER}), "central-west", ("central-west",))
    staff = Viewer("amara@x", "A", frozenset({Role.STAFF}), "central-west", ())
    assert await queries.find_device(pool, manager, "S2", TODAY) is None
    assert await queries.find_device(pool, staff, "S2", TODAY) is None
    own = await queries.find_device(pool, staff, "qm-00001", TODAY)
    assert own is not None
    assert own.cost_pence is None
    seen = await queries.find_device(pool, EVERYONE, "S2", TODAY)
    assert seen is not None
    assert seen.cost_pence == 90_000
    assert await queries.device_history(pool, manager, seen.device_id) == []
    rows = await queries.counts(pool, manager, TODAY, [Dimension.UNIT])
    assert [(row.keys, row.devices) for row in rows] == [(("central-west",), 1)]
    assert await queries.counts(pool, staff, TODAY, [Dimension.UNIT]) == []
    assert [device.serial for device in await queries.my_devices(pool, staff, TODAY)] == ["S1"]


@pytest.mark.parametrize("news", [False, True], ids=["a check-in without news", "a change"])
async def test_who_read_an_older_version_looks_again(pool: Pool, news: bool) -> None:
    await deliver(pool, [checked_in("S1", 1, START, os="Windows", os_version="10")], 1)
    later, latest = START.replace(hour=10), START.replace(hour=11)
    version = {"os_version": "11"} if news else {"os_version": "10"}
    slow = checked_in("S1", 1, latest, os="Windows", **version)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        known = await store.known_by(connection, ["serial:S1", "intune:mdm-1"], {})
        batch = Batch(known)
        batch.fold(slow, ["serial:S1", "intune:mdm-1"])
        await deliver(pool, [checked_in("S1", 1, later, os="Windows", os_version="10")], 1)
        write = store.write_devices if news else store.see_again
        with pytest.raises(TryAgain):
            await write(connection, list(batch.touched.values()))
        await transaction.rollback()
    await deliver(pool, [slow], 1)
    seen = await queries.find_device(pool, EVERYONE, "S1", TODAY)
    assert seen is not None
    assert seen.last_seen_at == latest


async def test_what_is_remembered_of_lately_is_never_older_than_what_is_stored(pool: Pool) -> None:
    first, second = RegisterConsumer(), RegisterConsumer()
    hours = [checked_in("S1", 1, START.replace(hour=9 + n), os_version=f"{n}") for n in range(4)]
    await deliver(pool, [hours[0]], 1, first)
    await deliver(pool, [hours[1]], 1, second)
    with pytest.raises(TryAgain):
        await deliver(pool, [hours[2]], 1, first)
    await deliver(pool, [hours[2]], 1, first)
    await deliver(pool, [hours[3]], 1, first)
    assert (await devices(pool))[0][3] == "3"
    assert await queries.verify_counts(pool) == []


async def test_what_was_rolled_back_is_forgotten(pool: Pool) -> None:
    consumer = RegisterConsumer()
    await deliver(pool, [asset("S1", 1, START, unit="central-west")], 1, consumer)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await consumer.apply(connection, [asset("S1", 1, START.replace(hour=10), unit="central-north")])
        await transaction.rollback()
    await deliver(pool, [checked_in("S1", 1, START.replace(hour=11), os="Windows")], 1, consumer)
    assert (await devices(pool))[0][5] == "central-west"
    assert await queries.verify_counts(pool) == []


async def test_two_who_meet_a_new_device_make_one(pool: Pool) -> None:
    await asyncio.gather(*(deliver_until_done(pool, [checked_in("S1", 1, START.replace(minute=n))]) for n in range(8)))
    assert len(await devices(pool)) == 1
    assert await queries.verify_counts(pool) == []


async def deliver_until_done(pool: Pool, events: list[DeviceObserved]) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await deliver(pool, events, len(events))
                return
            except TEMPORARY_ERRORS:
                continue


async def test_a_ticket_cancelled_and_opened_again_is_told_with_rising_revisions(pool: Pool) -> None:
    def ticket(state: Literal["open", "cancelled"], hour: int) -> FailureReported:
        data = Failure(identifiers={"serial": "S1"}, ticket="INC1", ticket_state=state, opened_at=START)
        at = START + timedelta(hours=hour)
        return FailureReported(id=f"{hour}", source="servicenow", time=at, subject="S1", data=data)

    for event in (ticket("open", 0), ticket("cancelled", 1), ticket("open", 2), ticket("cancelled", 1)):
        await deliver(pool, [event], 1)
    rows = await pool.fetch("SELECT event FROM outbox WHERE topic = 'device-failed' ORDER BY position")
    told = [msgspec.json.decode(row["event"], type=DeviceFailed).data for row in rows]
    assert [failure.withdrawn for failure in told] == [False, True, False]
    assert told[0].revision < told[1].revision < told[2].revision
