"""Following a hub of the session's Apache Kafka, as a process that can be killed and as a fixture's hands.

`python -m tests.integration.intake.following DATABASE SERVERS TOPIC` follows it one message at a time until killed.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec
from aiokafka import AIOKafkaProducer

from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.intake.measures import LastWords
from services.intake.polling.vendor_http import Sleep
from services.intake.sources.intune.diagnostics import DIAGNOSTIC
from services.intake.streaming import reader as streaming
from services.intake.streaming.reader import StreamReader
from services.intake.streaming.stream import Stream
from tests.fixtures.brokers import ACCOUNTS
from tests.payloads import payload
from tests.sources.door import UNITS
from tests.unit.intake.context import NOW

USER = "$ConnectionString"
(TEMPLATE,) = msgspec.json.decode(payload("intune/eventhub_devices_record.json"))["records"]


def hub(servers: str, topic: str, password: str = ACCOUNTS[USER]) -> Stream:
    """The hub as a source would declare it, but for the encryption."""
    return Stream("intune/event-hubs", DIAGNOSTIC, servers, (topic,), USER, password, tls=False)


def reader(stream: Stream, pool: Pool, sleep: Sleep = asyncio.sleep) -> StreamReader:
    """A reader that looks for changes all the time."""
    clock = FixedClock(NOW)
    return StreamReader(
        stream,
        lambda: pool,
        clock,
        UNITS,
        LastWords(clock, {"intune"}),
        sleep,
        check_seconds=0.2,
        chance=lambda: 0.0,
    )


def message(*numbers: int) -> bytes:
    """A message with a record for each of these devices."""
    return msgspec.json.encode(
        {
            "records": [
                {
                    **TEMPLATE,
                    "properties": {**TEMPLATE["properties"], "DeviceId": f"d{n}", "SerialNumber": f"SN{n:05d}"},
                }
                for n in numbers
            ]
        }
    )


async def send(servers: str, topic: str, *messages: bytes | None, partition: int = 0) -> None:
    """Put messages into the hub, as Azure does."""
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    try:
        for each in messages:
            await producer.send(topic, each, key=b"x", partition=partition)
        await producer.flush()
    finally:
        await producer.stop()


async def _follow(database_url: str, servers: str, topic: str) -> None:
    streaming.MOST_MESSAGES = 1
    pool = await open_pool(database_url, "intake", size=1)
    await reader(hub(servers, topic), pool).run()


if __name__ == "__main__":
    asyncio.run(_follow(*sys.argv[1:4]))
