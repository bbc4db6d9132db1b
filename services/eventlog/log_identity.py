"""Which log is this? The embedded broker's log is empty after every restart; a relay must then publish again.

A one-record topic carries a random name that the first process to arrive writes; whoever reads its first record
knows the log for what it is. On a durable broker the name never changes. See ADR 0004.
"""

from __future__ import annotations

import asyncio
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

MARKER_TOPIC = "log-identity"


async def read_log_identity(bootstrap_servers: str, topic_prefix: str) -> str:
    """The log's name, written now if the log has none yet."""
    topic = topic_prefix + MARKER_TOPIC
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([partition])
        if not (await consumer.end_offsets([partition]))[partition]:
            await _write(bootstrap_servers, topic)
        await consumer.seek_to_beginning(partition)
        async with asyncio.timeout(30):
            record = await consumer.getone(partition)
    finally:
        await consumer.stop()
    assert record.value is not None
    return str(record.value.decode())


async def _write(bootstrap_servers: str, topic: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, uuid4().hex.encode(), key=b"log", partition=0)
    finally:
        await producer.stop()
