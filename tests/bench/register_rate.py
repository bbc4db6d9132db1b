"""The register's and the refresh service's rates with everything on, beside a bare loop doing the least, in one run.

300,000 check-ins for 60,000 devices wait in the log. The bare loop takes them with getmany, decodes them, and writes
one dedupe-and-upsert statement a batch. The register takes the same records with validation, dedupe, late guard,
counts, history, outbox and offsets. Then the refresh service judges changes of devices (`refresh_events`). All
against the embedded PostgreSQL and broker. The last line is JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import asyncpg
import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from rich.console import Console

from deploy.local.stack.broker import EmbeddedBroker
from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.events.device import CheckIn, DeviceCheckedIn, DeviceObserved
from schemas.topics import DEVICE_OBSERVED
from schemas.vocabulary import Kind
from services.database import migrations
from services.database.pool import open_pool
from services.eventlog.consumer import BatchConsumer, gather_batch
from services.eventlog.inbox import event_key
from services.eventlog.topics import ensure_topics
from services.lifecycle import settle_garbage_collection
from services.register.consumer import RegisterConsumer
from services.telemetry import EVENTS_APPLIED
from tests.bench import refresh_events

CHECK_INS = 300_000
DEVICES = 60_000
BATCH = int(os.environ.get("BATCH", 5000))
LANES = int(os.environ.get("LANES", 2))
PREFIX = "bench."
console = Console(highlight=False)

BARE_TABLES = """
CREATE TABLE bare_inbox (event_key uuid PRIMARY KEY);
CREATE TABLE bare_devices (
    serial text PRIMARY KEY, os text, os_version text, model text, holder_email text, last_seen_at timestamptz)
"""
BARE_STATEMENT = """
WITH delivered AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
        AS d (event_key, serial, os, os_version, model, holder_email, last_seen_at)
), fresh AS (
    INSERT INTO bare_inbox SELECT event_key FROM delivered ON CONFLICT DO NOTHING RETURNING event_key
)
INSERT INTO bare_devices AS known
SELECT DISTINCT ON (serial) serial, os, os_version, model, holder_email, last_seen_at
FROM delivered JOIN fresh USING (event_key) ORDER BY serial, last_seen_at DESC
ON CONFLICT (serial) DO UPDATE SET os = excluded.os, os_version = excluded.os_version, model = excluded.model,
    holder_email = excluded.holder_email, last_seen_at = excluded.last_seen_at
"""


def check_ins() -> list[DeviceCheckedIn]:
    """Every device five times, in rounds; one check-in in fifty brings a new OS version."""
    chance = Random(2024)
    start = datetime(2024, 11, 4, 9, tzinfo=UTC)
    order = list(range(DEVICES))
    events = []
    for turn in range(CHECK_INS // DEVICES):
        chance.shuffle(order)
        for place, number in enumerate(order):
            at = start + timedelta(hours=8 * turn, milliseconds=400 * place)
            serial = f"5CG{number:07}"
            events.append(
                DeviceCheckedIn(
                    id=f"{number:032x}/{at.isoformat()}",
                    source="intune",
                    time=at,
                    subject=serial,
                    data=CheckIn(
                        identifiers={"serial": serial, "intune": f"{number:032x}"},
                        kind=Kind.LAPTOP,
                        manufacturer="HP",
                        model="EliteBook 840 G9",
                        os="Windows",
                        os_version=f"10.0.22631.{4000 + turn * (chance.random() < 0.02)}",
                        holder_email=f"person{number}@metropolitan.example",
                        compliant=True,
                    ),
                )
            )
    return events


async def publish(bootstrap_servers: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, linger_ms=20, max_batch_size=262_144)
    await producer.start()
    encode = msgspec.json.Encoder().encode
    sent = [
        await producer.send(PREFIX + DEVICE_OBSERVED.name, encode(event), key=event.subject.encode())
        for event in check_ins()
    ]
    await producer.flush()
    await asyncio.gather(*sent)
    await producer.stop()


async def bare(bootstrap_servers: str, database_url: str) -> float:
    """Events a second of the least that could be done."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(BARE_TABLES)
    consumer = AIOKafkaConsumer(
        PREFIX + DEVICE_OBSERVED.name,
        bootstrap_servers=bootstrap_servers,
        group_id="bare",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    decoder = msgspec.json.Decoder(DeviceObserved)
    await consumer.start()
    done = before = 0
    began = 0.0
    while done < CHECK_INS:
        by_partition = await gather_batch(consumer, BATCH)
        events = [decoder.decode(record.value) for records in by_partition.values() for record in records]
        if events:
            await connection.execute(
                BARE_STATEMENT,
                [event_key(event.source, event.id) for event in events],
                [event.data.identifiers["serial"] for event in events],
                [event.data.os for event in events],
                [event.data.os_version for event in events],
                [event.data.model for event in events],
                [event.data.holder_email for event in events],
                [event.time for event in events],
            )
            done += len(events)
            if not before:
                before, began = done, time.perf_counter()
    seconds = time.perf_counter() - began
    await consumer.stop()
    assert await connection.fetchval("SELECT count(*) FROM bare_devices") == DEVICES
    await connection.close()
    return (CHECK_INS - before) / seconds


async def register(bootstrap_servers: str, database_url: str) -> float:
    """Events a second of the register as it really runs."""
    pool = await open_pool(database_url, "register")
    consumer = BatchConsumer(
        "register",
        [DEVICE_OBSERVED],
        RegisterConsumer().apply,
        pool,
        bootstrap_servers,
        PREFIX,
        batch=BATCH,
        lanes=LANES,
    )
    applied = EVENTS_APPLIED.labels("register")._value.get
    await consumer.start()
    async with asyncio.timeout(300):
        # A counter tells of no change, so it is looked at. Joining the group takes seconds and is no work.
        while not (before := applied()):
            await asyncio.sleep(0.005)
        began = time.perf_counter()
        while applied() < CHECK_INS:
            await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    await consumer.stop()
    counted = await pool.fetchval("SELECT sum(devices) FROM register.counts")
    assert counted == DEVICES, f"{counted} devices counted"
    remembered = await pool.fetchval("SELECT count(*) FROM register.history")
    outgoing = await pool.fetchval("SELECT count(*) FROM outbox")
    console.print(f"  register: {DEVICES:,} devices counted, {remembered:,} history lines, {outgoing:,} events out")
    await pool.close()
    return float(CHECK_INS - before) / seconds


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            EmbeddedPostgres(Path(folder) / "pg") as postgres,
            EmbeddedBroker(log=Path(folder) / "log") as broker,
        ):
            url = await postgres.create_database("bench")
            await asyncio.to_thread(migrations.apply, url)
            await ensure_topics(broker.bootstrap_servers, PREFIX)
            await publish(broker.bootstrap_servers)
            settle_garbage_collection()
            bare_rate = await bare(broker.bootstrap_servers, url)
            console.print(f"  bare loop: {bare_rate:,.0f} events a second")
            register_rate = await register(broker.bootstrap_servers, url)
            console.print(f"  register:  {register_rate:,.0f} events a second, everything on")
            await refresh_events.publish(broker.bootstrap_servers, PREFIX)
            refresh_rate, alone = await refresh_events.rate(broker.bootstrap_servers, url, PREFIX, BATCH)
            console.print(f"  refresh:   {refresh_rate:,.0f} events a second; one alone in {alone:.1f} ms")
    console.print(
        json.dumps(
            {
                "events": CHECK_INS,
                "devices": DEVICES,
                "bare_per_second": round(bare_rate),
                "register_per_second": round(register_rate),
                "register_vs_bare": round(register_rate / bare_rate, 3),
                "refresh_per_second": round(refresh_rate),
                "refresh_vs_register": round(refresh_rate / register_rate, 3),
                "refresh_one_event_ms": round(alone, 2),
                "machine": f"{platform.machine()} {platform.system()} python {platform.python_version()}",
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
