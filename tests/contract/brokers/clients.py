"""Clients of a broker for these tests, closed again whatever happens."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.fixtures.waiting import until


@contextlib.asynccontextmanager
async def admin(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await client.start()
        yield client
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def producer(servers: str, **options: object) -> AsyncIterator[AIOKafkaProducer]:
    client = AIOKafkaProducer(bootstrap_servers=servers, **options)
    try:
        await client.start()
        yield client
    finally:
        await client.stop()


@contextlib.asynccontextmanager
async def consumer(servers: str, *topics: str, **options: object) -> AsyncIterator[AIOKafkaConsumer]:
    settings = {"enable_auto_commit": False, "auto_offset_reset": "earliest", **options}
    client = AIOKafkaConsumer(*topics, bootstrap_servers=servers, **settings)
    try:
        await client.start()
        yield client
    finally:
        await client.stop()


@contextlib.asynccontextmanager
async def member(servers: str, topic: str, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer in a group, quick to notice what becomes of the others."""
    quick = {"session_timeout_ms": 6000, "heartbeat_interval_ms": 300, "metadata_max_age_ms": 1000}
    async with consumer(servers, topic, group_id=group, **quick) as client:
        yield client


async def make_topic(servers: str, topic: str, partitions: int = 1) -> int:
    """Ask for a topic; the broker's error code, 0 for none."""
    async with admin(servers) as client:
        response = await client.create_topics([NewTopic(topic, partitions, 1)])
    code: int = response.topic_errors[0][1]
    return code


async def send(servers: str, topic: str, values: Iterable[bytes], *, partition: int = 0) -> list[int]:
    """Send values in one go; the offsets they got."""
    async with producer(servers) as client:
        sent = [await client.send(topic, value, partition=partition) for value in values]
        return [(await each).offset for each in sent]


async def take(client: AIOKafkaConsumer, count: int, *, seconds: float = 30.0) -> list[ConsumerRecord]:
    """Records in batches, until there are so many."""
    taken: list[ConsumerRecord] = []

    async def more() -> bool:
        for records in (await client.getmany(timeout_ms=200)).values():
            taken.extend(records)
        return len(taken) >= count

    await until(more, f"{count} records", seconds=seconds)
    return taken


def lane(topic: str, partition: int = 0) -> TopicPartition:
    return TopicPartition(topic, partition)
