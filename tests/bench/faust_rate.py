"""How many events a second Faust's edge moves, beside a bare aiokafka loop over the same topic.

    python -m tests.bench.faust_rate [events]

Both only count and acknowledge. The last line is JSON. It is why Faust carries what is slow and stateful over time,
and aiokafka carries the heavy streams.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.stack.broker import EmbeddedBroker
from schemas.topics import DEVICE_CHANGED
from services.eventlog.applying import Record
from services.eventlog.topics import ensure_topics
from services.watch.faust_edge import FaustEdge

PREFIX = "bench."
TOPIC = PREFIX + DEVICE_CHANGED.name
BODY = b'{"type": "quartermaster.register.device_changed", "padding": "' + b"x" * 400 + b'"}'


async def fill(bootstrap_servers: str, events: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, linger_ms=5, max_batch_size=262_144)
    await producer.start()
    try:
        for number in range(events):
            await producer.send(TOPIC, BODY, key=str(number).encode())
        await producer.flush()
    finally:
        await producer.stop()


async def bare(bootstrap_servers: str, events: int) -> float:
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=bootstrap_servers,
        group_id="bench.bare",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await consumer.start()
    try:
        seen, first = 0, 0.0
        while seen < events:
            got = await consumer.getmany(timeout_ms=1000, max_records=5000)
            first = first or (time.perf_counter() if got else 0.0)
            seen += sum(map(len, got.values()))
            if got:
                await consumer.commit()
        return seen / (time.perf_counter() - first)
    finally:
        await consumer.stop()


async def through_faust(bootstrap_servers: str, events: int) -> float:
    seen, first, done = 0, 0.0, asyncio.Event()

    async def count(records: Sequence[Record]) -> None:
        nonlocal seen, first
        first = first or time.perf_counter()
        seen += len(records)
        if seen >= events:
            done.set()

    edge = FaustEdge("bench.faust", bootstrap_servers, [TOPIC], count)
    await edge.start()
    try:
        async with asyncio.timeout(300):
            await done.wait()
        return seen / (time.perf_counter() - first)
    finally:
        await edge.stop()


async def main(events: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedBroker(log=Path(folder) / "broker.log") as broker:
            await ensure_topics(broker.bootstrap_servers, PREFIX)
            await fill(broker.bootstrap_servers, events)
            rates = {
                "bare_per_second": round(await bare(broker.bootstrap_servers, events)),
                "faust_per_second": round(await through_faust(broker.bootstrap_servers, events)),
            }
    print(json.dumps({"events": events, **rates}))  # noqa: T201 - a bench speaks to its caller


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
