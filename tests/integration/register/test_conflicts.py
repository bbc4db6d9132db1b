"""Conflicts over a serial on real PostgreSQL: found, settled once, and obeyed by whatever is said afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from random import Random

import msgspec
import pytest

from schemas.events.device import DeviceObserved
from schemas.events.register import DeviceChanged, IdentityConflictFound, IdentityConflictSettled
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import TEMPORARY_ERRORS, Pool, open_pool
from services.errors import BadInput, NotAllowed, NotFound
from services.eventlog import inbox, outbox
from services.register import queries
from services.register.commands import Conflicts
from services.register.consumer import RegisterConsumer
from tests.fixtures.observations import START, asset, checked_in, some_observations
from tests.fixtures.people import viewer

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
NOW = START + 30 * DAY
TODAY = date(2024, 12, 4)
A, B, C = "intune:mdm-91", "intune:mdm-92", "intune:mdm-93"
CONFLICT = "serial:S1/intune"
HELEN, CATHERINE, AMARA = viewer("Helen Marsh"), viewer("Catherine Doyle"), viewer("Amara Osei")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


@pytest.fixture
def planners(pool: Pool) -> Conflicts:
    return Conflicts(pool, FixedClock(NOW))


async def deliver(
    pool: Pool, events: Sequence[DeviceObserved], consumer: RegisterConsumer | None = None, size: int = 5
) -> None:
    consumer = consumer or RegisterConsumer()
    for start in range(0, len(events), size):
        async with asyncio.timeout(20):
            while not await once(pool, consumer, events[start : start + size]):
                continue


async def once(pool: Pool, consumer: RegisterConsumer, events: Sequence[DeviceObserved]) -> bool:
    """As the applier does: what passes by itself is tried again."""
    try:
        async with pool.acquire() as connection, connection.transaction():
            applied = await consumer.apply(connection, await inbox.accept(connection, events))
            await outbox.append(connection, applied.outgoing)
    except TEMPORARY_ERRORS:
        return False
    applied.after_commit()
    return True


def seen(number: int, *days: float, **facts: object) -> list[DeviceObserved]:
    return [checked_in("S1", 90 + number, START + day * DAY, kind=Kind.LAPTOP, **facts) for day in days]


def both_alive() -> list[DeviceObserved]:
    """A B A B, over days."""
    first, second = seen(1, 0, 2, 4, model="Latitude 5440"), seen(2, 1, 3, 5, model="EliteBook 840 G9")
    return [event for pair in zip(first, second, strict=True) for event in pair]


async def told(pool: Pool) -> list[IdentityConflictFound | IdentityConflictSettled]:
    rows = await pool.fetch("SELECT event FROM outbox WHERE topic = 'identity-conflict' ORDER BY position")
    kind = IdentityConflictFound | IdentityConflictSettled
    return [msgspec.json.decode(row["event"], type=kind) for row in rows]


async def devices(pool: Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch(
        "SELECT names, serial, model, last_seen_at, state FROM register.devices ORDER BY serial NULLS FIRST"
    )
    return [(set(row["names"].split("\n")), *tuple(row)[1:]) for row in rows]


async def open_ones(pool: Pool) -> tuple[queries.ConflictView, ...]:
    return (await queries.open_conflicts(pool, HELEN)).first


async def test_two_that_are_alive_at_once_are_a_conflict_told_once(pool: Pool) -> None:
    await deliver(pool, [*both_alive(), *seen(1, 6), *seen(2, 7)])
    (conflict,) = await open_ones(pool)
    assert [claimant.name for claimant in conflict.claimants] == [A, B]
    assert [claimant.model for claimant in conflict.claimants] == ["Latitude 5440", "EliteBook 840 G9"]
    assert [claimant.last_seen_at for claimant in conflict.claimants] == [START + 6 * DAY, START + 7 * DAY]
    (found,) = await told(pool)
    assert isinstance(found, IdentityConflictFound)
    assert (found.subject, found.data.serial, found.data.claimants, found.data.revision) == (CONFLICT, "S1", (A, B), 1)


async def test_a_re_enrolment_keeps_the_history_and_is_no_conflict(pool: Pool) -> None:
    await deliver(pool, [asset("S1", 9, START, state=DeviceState.DEPLOYED), *seen(1, 0, 1, 2, os_version="10")])
    await deliver(pool, [*seen(2, 3, 9, 20, os_version="11"), *seen(1, 2.9)])
    assert await told(pool) == []
    (only,) = await devices(pool)
    device = await queries.find_device(pool, HELEN, "S1", TODAY)
    assert device is not None
    fields = [line.field for line in await queries.device_history(pool, HELEN, device.device_id)]
    assert {"registered", "os_version"} <= set(fields)
    assert {A, B} <= only[0]  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(3))
async def test_shuffled_and_twice_is_as_once(pool: Pool, seed: int) -> None:
    events = [*both_alive(), *some_observations(seed, devices=4, events=40), asset("S1", 91, START)]
    events += [asset("S1", 92, START + DAY, state=DeviceState.RETURNED), *seen(3, 3.5)]

    async def state() -> object:
        claims = await pool.fetch("SELECT name, companions, first_seen_at, facts FROM register.claims ORDER BY name")
        standing = [(each.conflict, each.claimants) for each in await open_ones(pool)]
        return await devices(pool), [tuple(row) for row in claims], standing

    await deliver(pool, events)
    expected = await state()
    await pool.execute("TRUNCATE devices, identifiers, history, failures, counts, inbox, outbox, claims, conflicts")
    shuffled = events * 2
    Random(seed).shuffle(shuffled)
    await deliver(pool, shuffled, size=7)
    assert await state() == expected
    assert await queries.verify_counts(pool) == []


async def test_of_two_asset_records_the_retired_one_settles_it(pool: Pool) -> None:
    live = [asset("S1", number, START, state=DeviceState.DEPLOYED) for number in (1, 2)]
    await deliver(pool, live)
    (conflict,) = await open_ones(pool)
    assert conflict.conflict == "serial:S1/servicenow"
    await deliver(pool, [asset("S1", 1, START + DAY, state=DeviceState.RETURNED)])
    assert await open_ones(pool) == ()
    _, settled = await told(pool)
    assert isinstance(settled, IdentityConflictSettled)
    assert (settled.data.ruling, settled.data.ruled_by, settled.data.revision) == ("resolved_itself", None, 2)
    await deliver(pool, [asset("S1", 1, START + 2 * DAY, state=DeviceState.DEPLOYED)])
    assert [each.conflict for each in await open_ones(pool)] == ["serial:S1/servicenow"]


async def test_one_device_is_remembered(pool: Pool, planners: Conflicts) -> None:
    consumer = RegisterConsumer()
    await deliver(pool, both_alive(), consumer)
    settled = await planners.settle(HELEN, CONFLICT, ruling="one_device", idempotency_key="k")
    assert settled.decided_now
    assert (settled.conflict.ruling, settled.conflict.ruled_by) == ("one_device", HELEN.email)
    await deliver(pool, [*seen(1, 8), *seen(2, 9)], consumer)
    assert await open_ones(pool) == ()
    assert [type(event) for event in await told(pool)] == [IdentityConflictFound, IdentityConflictSettled]
    assert len(await devices(pool)) == 1
    await deliver(pool, seen(3, 6, 9), consumer)
    ((claimants,),) = [[each.claimants] for each in await open_ones(pool)]
    assert {each.name for each in claimants} == {A, B, C}


async def split(planners: Conflicts) -> None:
    settled = await planners.settle(HELEN, CONFLICT, ruling="two_devices", split_off=B, idempotency_key="k")
    assert settled.decided_now
    assert settled.conflict.split_off == B


async def test_what_is_split_off_is_a_device_of_its_own(pool: Pool, planners: Conflicts) -> None:
    await deliver(pool, both_alive())
    await split(planners)
    assert await devices(pool) == [
        ({B}, None, "EliteBook 840 G9", START + 5 * DAY, "deployed"),
        ({"serial:S1", A}, "S1", "Latitude 5440", START + 4 * DAY, "deployed"),
    ]
    assert await queries.verify_counts(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM register.claims") == 0
    rows = await pool.fetch("SELECT field, after, source FROM register.history WHERE field LIKE 'split%' ORDER BY 1")
    assert [tuple(row) for row in rows] == [
        ("split_from", "serial:S1", HELEN.email),
        ("split_off", B, HELEN.email),
    ]
    changed = await pool.fetch("SELECT event FROM outbox WHERE topic = 'device-changed' ORDER BY position DESC LIMIT 2")
    facts = [msgspec.json.decode(row["event"], type=DeviceChanged).data for row in changed]
    assert {(each.serial, each.model) for each in facts} == {(None, "EliteBook 840 G9"), ("S1", "Latitude 5440")}


@pytest.mark.parametrize("memory", ["kept", "empty"])
async def test_late_words_obey_the_ruling(pool: Pool, planners: Conflicts, memory: str) -> None:
    """Whatever a consumer still remembers from before the ruling."""
    consumer = RegisterConsumer()
    await deliver(pool, both_alive(), consumer)
    await split(planners)
    if memory == "empty":
        consumer = RegisterConsumer()
    late = [*seen(2, 2.5, 8, model="EliteBook 840 G10"), *seen(1, 3.5, 9), *seen(2, 10)]
    await deliver(pool, late, consumer, size=2)
    await deliver(pool, [checked_in(None, 92, START + 11 * DAY)], consumer)
    assert await devices(pool) == [
        ({B}, None, "EliteBook 840 G10", START + 11 * DAY, "deployed"),
        ({"serial:S1", A}, "S1", "Latitude 5440", START + 9 * DAY, "deployed"),
    ]
    assert await open_ones(pool) == ()
    assert await queries.verify_counts(pool) == []


@pytest.mark.parametrize("seed", range(2))
async def test_the_log_read_again_obeys_the_ruling(pool: Pool, planners: Conflicts, seed: int) -> None:
    events = both_alive()
    await deliver(pool, events)
    await split(planners)
    split_apart = await devices(pool)
    await pool.execute("TRUNCATE devices, identifiers, history, failures, counts, inbox, claims")
    Random(seed).shuffle(events)
    await deliver(pool, events, size=2)
    assert await devices(pool) == split_apart
    assert await queries.verify_counts(pool) == []


async def test_an_asset_tag_that_both_carry_does_not_undo_the_ruling(pool: Pool, planners: Conflicts) -> None:
    def record(number: int, day: int) -> DeviceObserved:
        made = asset("S1", number, START + day * DAY, state=DeviceState.DEPLOYED, model=f"Model {number}")
        made.data.identifiers["asset_tag"] = "T"
        return made

    await deliver(pool, [record(1, 0), record(2, 1)])
    await planners.settle(
        HELEN, "serial:S1/servicenow", ruling="two_devices", split_off="servicenow:sys-2", idempotency_key="k"
    )
    await deliver(pool, [record(2, 2), record(1, 3), record(2, 4)])
    found = {frozenset(names): model for names, _, model, *_ in await devices(pool)}  # type: ignore[call-overload]
    assert found == {
        frozenset({"servicenow:sys-2"}): "Model 2",
        frozenset({"serial:S1", "servicenow:sys-1", "asset_tag:T"}): "Model 1",
    }


async def test_two_planners_at_once_make_one_decision(pool: Pool, planners: Conflicts) -> None:
    await deliver(pool, both_alive())
    first, second = await asyncio.gather(
        planners.settle(HELEN, CONFLICT, ruling="one_device", idempotency_key="a"),
        planners.settle(CATHERINE, CONFLICT, ruling="two_devices", split_off=A, idempotency_key="b"),
    )
    assert sorted((first.decided_now, second.decided_now)) == [False, True]
    assert first.conflict == second.conflict
    assert len(await told(pool)) == 2
    assert await pool.fetchval("SELECT count(*) FROM register.rulings") == 1
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE action = 'settle'") == 1


async def test_the_same_press_twice_is_one(pool: Pool, planners: Conflicts) -> None:
    await deliver(pool, both_alive())
    presses = [await planners.settle(HELEN, CONFLICT, ruling="one_device", idempotency_key="k") for _ in range(2)]
    assert [press.decided_now for press in presses] == [True, False]


async def test_who_may_settle_and_what(pool: Pool, planners: Conflicts) -> None:
    await deliver(pool, both_alive())
    with pytest.raises(NotAllowed):
        await planners.settle(AMARA, CONFLICT, ruling="one_device", idempotency_key="k")
    with pytest.raises(NotFound):
        await planners.settle(HELEN, "serial:S2/intune", ruling="one_device", idempotency_key="k")
    with pytest.raises(BadInput):
        await planners.settle(HELEN, CONFLICT, ruling="two_devices", split_off="intune:other", idempotency_key="k")
    with pytest.raises(BadInput):
        await planners.settle(HELEN, CONFLICT, ruling="two_devices", idempotency_key="k")
    rows = await pool.fetch("SELECT email, granted FROM access.audit ORDER BY entry")
    assert [tuple(row) for row in rows] == [(AMARA.email, False), (HELEN.email, False)]
    assert len(await open_ones(pool)) == 1


async def test_check_ins_while_a_planner_decides_end_as_ruled(pool: Pool, planners: Conflicts) -> None:
    consumer = RegisterConsumer()
    await deliver(pool, both_alive(), consumer)
    later = [event for day in range(8, 28) for event in (*seen(1, day), *seen(2, day + 0.5))]
    await asyncio.gather(deliver(pool, later, consumer, size=1), deliver(pool, [], consumer), split(planners))
    assert [names for names, *_ in await devices(pool)] == [{B}, {"serial:S1", A}]
    assert await open_ones(pool) == ()
    assert await queries.verify_counts(pool) == []
