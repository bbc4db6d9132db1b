"""Losses and custody in the register: any order, repeated, of devices not known yet, merged and parted: one end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.events.device import Wipe, WipeReported
from schemas.events.register import DeviceChanged, DeviceWipeTold
from schemas.vocabulary import DeviceState, Role
from services.access.viewer import Viewer
from services.clock import FixedClock
from services.database.pool import TEMPORARY_ERRORS, Pool, open_pool
from services.errors import BadInput
from services.eventlog import inbox
from services.register import queries
from services.register.commands import Conflicts
from services.register.consumer import RegisterConsumer
from services.register.rules.identity import new_device_id
from tests.fixtures.delivery import deliver
from tests.fixtures.endings import custody, device_of, enrolled, loss, serial_of, some_endings, wiped
from tests.fixtures.observations import START, asset, checked_in, some_observations

pytestmark = pytest.mark.integration

EVERYONE = Viewer("d@x", "D", frozenset({Role.DIRECTOR}), None, None)
TODAY = START.date()
TABLES = "devices, identifiers, history, failures, counts, claims, words, inbox, outbox"


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


def day(number: float) -> datetime:
    return START + timedelta(days=number)


async def hear(
    pool: Pool, events: Sequence[Event], *, size: int = 100, consumer: RegisterConsumer | None = None
) -> Any:
    return await deliver(pool, (consumer or RegisterConsumer()).apply, events, size=size)


async def state_of(pool: Pool, serial: str) -> DeviceState:
    found = await queries.find_device(pool, EVERYONE, serial, TODAY)
    assert found is not None
    return found.state


async def standing(pool: Pool) -> object:
    assert await queries.verify_counts(pool) == []
    devices = await pool.fetch(
        "SELECT serial, state, recorded_state, in_use_at, wiped_at, ending, encode(weights, 'hex') "
        "FROM register.devices ORDER BY serial"
    )
    words = await pool.fetch(
        "SELECT d.serial, w.reference, w.revision, w.state, w.at FROM register.words AS w "
        "LEFT JOIN register.devices AS d USING (device_id) ORDER BY 1, 2, 3"
    )
    return [[tuple(row) for row in rows] for rows in (devices, words)]


@pytest.mark.parametrize("seed", range(8))
async def test_shuffled_twice_and_read_again_from_the_log_is_as_once(pool: Pool, seed: int) -> None:
    events: list[Event] = [*some_observations(seed, events=200), *some_endings(seed, events=150)]
    events.sort(key=lambda event: event.time)
    # Every device is heard of by its serial first or last, so that its id is the same each time.
    events += [checked_in(serial_of(number), number, day(9)) for number in range(12)]
    await hear(pool, events, size=31)
    once = await standing(pool)
    states = {row[0] for row in await pool.fetch("SELECT DISTINCT state FROM register.devices")}
    assert len(states) > 3, "the run reaches several states, or it shows little"

    for size in (17, len(events) * 2):
        await pool.execute(f"TRUNCATE {TABLES}")
        shuffled = events * 2
        Random(seed + size).shuffle(shuffled)
        await hear(pool, shuffled, size=size, consumer=RegisterConsumer())
        assert await standing(pool) == once


async def test_a_device_goes_from_its_return_to_its_resale_and_everybody_is_told_of_each_state(pool: Pool) -> None:
    told = []
    for event in (
        asset("S1", 1, day(0), state=DeviceState.DEPLOYED),
        asset("S1", 1, day(1), state=DeviceState.RETURNED),
        custody("S1", "returned", 1, day(2)),
        custody("S1", "wipe_requested", 2, day(3)),
        wiped("S1", day(4), "done"),
        custody("S1", "sanitised", 3, day(4)),
        custody("S1", "reviewed", 4, day(5)),
        custody("S1", "resold", 5, day(6)),
    ):
        told += await hear(pool, [event])
    changed = [event for event in told if isinstance(event, DeviceChanged)]
    assert [event.data.state for event in changed] == ["deployed", "returned", "sanitised", "resold"]
    assert [event.data.revision for event in changed] == [1, 2, 3, 4]
    assert all("state" in event.data.changed for event in changed)
    assert await queries.verify_counts(pool) == []


async def test_the_desks_disposal_alone_leads_no_further_than_returned(pool: Pool) -> None:
    for number, state in enumerate(DeviceState):
        await hear(pool, [asset(f"S{number}", number, day(1), state=state)])
    states = [row["state"] for row in await pool.fetch("SELECT DISTINCT state FROM register.devices ORDER BY 1")]
    assert states == ["deployed", "in_repair", "in_stock", "ordered", "returned", "written_off"]


async def test_a_word_without_its_proof_moves_nothing(pool: Pool) -> None:
    await hear(pool, [asset("S1", 1, day(0), state=DeviceState.RETURNED)])
    with pytest.raises(BadInput, match="C-1 is said to be resold without a proof"):
        await hear(pool, [custody("S1", "resold", 5, day(6), proof=None)])
    assert await state_of(pool, "S1") is DeviceState.RETURNED


async def test_a_resold_device_that_is_seen_again_stays_resold_and_shows_when_it_left(pool: Pool) -> None:
    resold = custody("S1", "resold", 5, day(6))
    await hear(pool, [asset("S1", 1, day(0), state=DeviceState.RETURNED), resold])
    told = await hear(
        pool,
        [
            checked_in("S1", 1, day(8), os="Windows"),
            enrolled("S1", day(9)),
            asset("S1", 1, day(10), state=DeviceState.IN_STOCK),
            custody("S1", "sanitised", 3, day(4)),
        ],
        size=1,
    )
    assert all(event.data.state == "resold" for event in told if isinstance(event, DeviceChanged))
    found = await queries.find_device(pool, EVERYONE, "S1", TODAY)
    assert found is not None
    assert (found.state, found.left_at, found.last_seen_at) == (DeviceState.RESOLD, day(6), day(9))


async def test_a_repeated_record_of_the_desk_that_is_newer_counts_though_it_says_nothing_new(pool: Pool) -> None:
    events = [
        asset("S1", 1, day(1), state=DeviceState.RETURNED),
        custody("S1", "sanitised", 2, day(2)),
        enrolled("S1", day(3)),
        asset("S1", 1, day(4), state=DeviceState.RETURNED),
    ]
    told = []
    for event in events:
        told += await hear(pool, [event])
    assert [event.data.state for event in told if isinstance(event, DeviceChanged)] == [
        "returned",
        "sanitised",
        "deployed",
        "returned",
    ]
    assert await queries.verify_counts(pool) == []


async def test_a_word_on_a_device_that_nobody_has_heard_of_waits_for_it(pool: Pool) -> None:
    elsewhere = new_device_id(["intune:mdm-2"])  # as it was first heard of before the log was read again
    words = [
        loss("S1", "written_off", 2, day(2)),
        custody("S2", "sanitised", 1, day(2), device_id=elsewhere, number=2),
        custody(None, "sanitised", 1, day(2), device_id=new_device_id(["intune:mdm-3"]), number=3),
    ]
    assert await hear(pool, words) == []
    told = await hear(pool, [checked_in("S1", 1, day(0)), checked_in("S2", 2, day(0)), checked_in(None, 3, day(0))])
    assert sorted(event.data.state for event in told) == ["sanitised", "sanitised", "written_off"]
    assert await pool.fetchval("SELECT count(*) FROM register.words WHERE device_id IS NULL") == 0
    assert await queries.verify_counts(pool) == []


async def test_a_word_and_the_first_word_of_its_device_at_the_same_moment_find_each_other(pool: Pool) -> None:
    async def until_done(event: Event) -> None:
        async with asyncio.timeout(30):
            while True:
                try:
                    await hear(pool, [event])
                    return
                except TEMPORARY_ERRORS:
                    continue

    numbers = range(8)
    await asyncio.gather(
        *(until_done(loss(serial_of(n), "written_off", 1, day(2), number=n)) for n in numbers),
        *(until_done(checked_in(serial_of(n), n, day(1))) for n in numbers),
        *(until_done(loss(serial_of(n), "found", 2, day(3), number=n)) for n in numbers if n % 2),
    )
    states = [row["state"] for row in await pool.fetch("SELECT state FROM register.devices ORDER BY serial")]
    assert states == ["written_off", "deployed"] * 4
    assert await queries.verify_counts(pool) == []


async def test_what_was_rolled_back_is_taken_when_it_comes_again(pool: Pool) -> None:
    consumer = RegisterConsumer()
    await hear(pool, [asset("S1", 1, day(0), state=DeviceState.DEPLOYED)], consumer=consumer)
    word = loss("S1", "written_off", 2, day(2))
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await consumer.apply(connection, await inbox.accept(connection, [word]))
        await transaction.rollback()
    assert await state_of(pool, "S1") is DeviceState.DEPLOYED
    await hear(pool, [checked_in("S1", 1, day(3)), word], consumer=consumer)
    assert await state_of(pool, "S1") is DeviceState.WRITTEN_OFF
    assert await queries.verify_counts(pool) == []


@pytest.mark.parametrize("size", [1, 100], ids=["batch by batch", "in one batch"])
async def test_words_and_wipes_go_with_a_record_that_proves_to_be_another_device(pool: Pool, size: int) -> None:
    of_mdm = new_device_id(["intune:mdm-7"])
    wipe = WipeReported(
        id="w", source="intune", time=day(3), subject="x", data=Wipe(identifiers={"intune": "mdm-7"}, outcome="done")
    )
    told = await hear(
        pool,
        [
            checked_in(None, 7, day(0)),
            asset("S7", 7, day(1), state=DeviceState.RETURNED),
            custody(None, "returned", 1, day(2), device_id=of_mdm),
            wipe,
            checked_in("S7", 7, day(3) + timedelta(hours=1)),
        ],
        size=size,
    )
    assert await state_of(pool, "S7") is DeviceState.SANITISED
    assert await pool.fetchval("SELECT device_id FROM register.words") == device_of("S7")
    wipes = [event for event in told if isinstance(event, DeviceWipeTold)]
    assert wipes[-1].data.device_id == device_of("S7")
    assert {(event.data.outcome, event.time) for event in wipes} == {("done", day(3))}
    # A later word that still names the record of then means the device of now.
    await hear(pool, [custody(None, "resold", 5, day(6), device_id=of_mdm)])
    assert await state_of(pool, "S7") is DeviceState.RESOLD
    assert await queries.verify_counts(pool) == []


async def test_words_stay_with_the_serial_when_a_device_is_parted(pool: Pool) -> None:
    alive = [checked_in("S1", number, day(at)) for at in range(5) for number in (1, 2)]
    await hear(pool, [*alive, loss("S1", "written_off", 2, day(5))])
    planner = Viewer("p@x", "P", frozenset({Role.PLANNER}), None, None)
    await Conflicts(pool, FixedClock(day(9))).settle(
        planner, "serial:S1/intune", ruling="two_devices", split_off="intune:mdm-2", idempotency_key="k"
    )
    rows = await pool.fetch("SELECT serial, state FROM register.devices ORDER BY serial NULLS LAST")
    assert [tuple(row) for row in rows] == [("S1", "written_off"), (None, "deployed")]
    assert await queries.verify_counts(pool) == []


async def test_each_wipe_that_is_observed_is_told_once_of_the_device_it_means(pool: Pool) -> None:
    first, second = wiped("S1", day(1), "requested"), wiped("S1", day(2), "failed")
    told = await hear(pool, [first, first], size=1)
    told += await hear(pool, [checked_in("S1", 1, day(0)), second, first], size=1)
    wipes = [event for event in told if isinstance(event, DeviceWipeTold)]
    assert [(each.data.outcome, each.time, each.subject, each.data.told_by) for each in wipes] == [
        ("requested", day(1), str(device_of("S1")), "intune"),
        ("failed", day(2), str(device_of("S1")), "intune"),
    ]
    assert len({each.id for each in wipes}) == 2
    assert await state_of(pool, "S1") is DeviceState.DEPLOYED


async def test_the_history_tells_every_word_by_its_number_once_and_names_nobody(pool: Pool) -> None:
    words = [loss("S1", "reported", 1, day(2)), loss("S1", "locked", 2, day(3)), loss("S1", "found", 3, day(4))]
    await hear(pool, [asset("S1", 1, day(0), state=DeviceState.DEPLOYED, unit="central-west")])
    await hear(pool, [words[2], words[0], words[1], words[0]], size=1)
    lines = await queries.device_history(pool, EVERYONE, device_of("S1"))
    assert [(line.at, line.field, line.before, line.after, line.source) for line in lines if line.field == "loss"] == [
        (day(4), "loss", "found", "L-1\nFound.", "quartermaster/losses"),
        (day(3), "loss", "locked", "L-1\nLocked.", "quartermaster/losses"),
        (day(2), "loss", "reported", "L-1\nReported.", "quartermaster/losses"),
    ]
    stranger = Viewer("m@x", "M", frozenset({Role.MANAGER}), "east", ("east",))
    assert await queries.device_history(pool, stranger, device_of("S1")) == []
