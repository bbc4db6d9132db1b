"""The refresh service's rate as it really runs, and what re-scoring one device in a transaction of its own takes.

Told are facts that decide: every device once, then again and again with a newer system or in another unit. Every event
is judged, some move an entry or a unit's count. `register_rate` runs this beside the register, in one run.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
from aiokafka import AIOKafkaProducer

from schemas.events.register import DeviceChanged, DeviceFacts
from schemas.topics import DEVICE_CHANGED
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import open_pool
from services.eventlog import outbox
from services.eventlog.consumer import BatchConsumer
from services.refresh import policy as policy_module
from services.refresh import policy_store
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.telemetry import EVENTS_APPLIED

DEVICES = 30_000
CHANGES = 150_000
ALONE = 500
NOW = datetime(2024, 11, 4, 9, tzinfo=UTC)
UNITS = [f"unit-{number:02}" for number in range(60)]


def changes() -> list[DeviceChanged]:
    """Every device five times, in rounds; one change in ten moves the device to another unit."""
    chance = Random(2024)
    bought = [date(2018, 1, 1) + timedelta(days=chance.randrange(2400)) for _ in range(DEVICES)]
    units = [chance.choice(UNITS) for _ in range(DEVICES)]
    told = []
    for turn in range(CHANGES // DEVICES):
        for number in chance.sample(range(DEVICES), DEVICES):
            if chance.random() < 0.1:
                units[number] = chance.choice(UNITS)
            told.append(_changed(number, turn + 1, units[number], bought[number]))
    return told


def _changed(number: int, revision: int, unit: str, bought: date) -> DeviceChanged:
    device_id = UUID(int=number + 1)
    return DeviceChanged(
        id=f"{device_id}/{revision}",
        source="quartermaster/register",
        time=NOW,
        subject=str(device_id),
        data=DeviceFacts(
            device_id=device_id,
            revision=revision,
            changed=("os_version",),
            state=DeviceState.DEPLOYED,
            serial=f"SN{number:07}",
            kind=Kind.LAPTOP,
            model="Latitude 5420",
            os="Windows",
            os_version=f"10.0.22631.{4000 + revision}",
            unit=unit,
            purchased_on=bought,
        ),
    )


async def publish(bootstrap_servers: str, prefix: str) -> None:
    """Put the changes into the log."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, linger_ms=20, max_batch_size=262_144)
    await producer.start()
    encode = msgspec.json.Encoder().encode
    sent = [
        await producer.send(prefix + DEVICE_CHANGED.name, encode(each), key=each.subject.encode()) for each in changes()
    ]
    await producer.flush()
    await asyncio.gather(*sent)
    await producer.stop()


async def rate(bootstrap_servers: str, database_url: str, prefix: str, batch: int) -> tuple[float, float]:
    """Events a second of the service on the log, and the median milliseconds of one event in its own transaction."""
    pool = await open_pool(database_url, "refresh")
    file = Path(policy_module.__file__).parent / "policies/metropolitan.yaml"
    policy = PolicyInForce(Policy.load(file), dict.fromkeys(UNITS[::3], "frontline"))
    async with pool.acquire() as connection:
        await policy_store.adopt(connection, policy, NOW)
    judging = RefreshConsumer(FixedClock(NOW))
    consumer = BatchConsumer("refresh", [DEVICE_CHANGED], judging.apply, pool, bootstrap_servers, prefix, batch=batch)
    applied = EVENTS_APPLIED.labels("refresh")._value.get
    await consumer.start()
    async with asyncio.timeout(300):
        # A counter tells of no change, so it is looked at. Joining the group takes seconds and is no work.
        while not (before := applied()):
            await asyncio.sleep(0.005)
        began = time.perf_counter()
        while applied() < CHANGES:
            await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    await consumer.stop()
    assert await pool.fetchval("SELECT sum(deployed) FROM ageing") == DEVICES
    taken = []
    for number in range(ALONE):
        event = _changed(number, CHANGES, UNITS[number % len(UNITS)], date(2019, 1, 1))
        began = time.perf_counter()
        async with pool.acquire() as connection, connection.transaction():
            await outbox.append(connection, await judging.apply(connection, [event]))
        taken.append(time.perf_counter() - began)
    await pool.close()
    return float(CHANGES - before) / seconds, statistics.median(taken) * 1000
