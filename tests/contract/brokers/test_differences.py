"""Where the embedded broker is not like Apache Kafka. Our services must lean on none of this.

Each test pins both behaviours, so that a newer embedded broker that has learned better is noticed.
"""

from __future__ import annotations

import pytest
from aiokafka.errors import OffsetOutOfRangeError, UnknownError, UnknownTopicOrPartitionError

from deploy.local.stack.apache_kafka import ApacheKafka
from deploy.local.stack.broker import EmbeddedBroker
from tests.contract.brokers.clients import admin, consumer, lane, make_topic, producer, send, take

on_kafka = pytest.mark.apache_kafka
pytestmark = pytest.mark.integration


async def sent_in_one_batch(servers: str, topic: str, count: int) -> None:
    await make_topic(servers, topic)
    async with producer(servers, linger_ms=200) as client:
        sent = [await client.send(topic, b"v", partition=0) for _ in range(count)]
        offsets = [(await each).offset for each in sent]
    assert offsets == list(range(count))


async def end_offset(servers: str, topic: str) -> int:
    async with consumer(servers) as client:
        ends: dict[object, int] = await client.end_offsets([lane(topic)])
    return ends[lane(topic)]


async def test_the_embedded_broker_tells_an_end_offset_that_counts_the_last_batch_as_one(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = topic_prefix + "devices"
    await sent_in_one_batch(embedded_broker.bootstrap_servers, topic, 10)
    assert await end_offset(embedded_broker.bootstrap_servers, topic) == 1
    async with consumer(embedded_broker.bootstrap_servers, topic) as client:
        assert len(await take(client, 10)) == 10
        assert client.highwater(lane(topic)) == 10


@on_kafka
async def test_apache_kafka_tells_the_true_end_offset(apache_kafka: ApacheKafka, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    await sent_in_one_batch(apache_kafka.bootstrap_servers, topic, 10)
    assert await end_offset(apache_kafka.bootstrap_servers, topic) == 10


async def test_the_embedded_broker_says_nothing_of_an_offset_past_the_end(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = topic_prefix + "devices"
    await make_topic(embedded_broker.bootstrap_servers, topic)
    await send(embedded_broker.bootstrap_servers, topic, [b"a"])
    async with consumer(embedded_broker.bootstrap_servers, auto_offset_reset="earliest") as client:
        client.assign([lane(topic)])
        client.seek(lane(topic), 1000)
        assert await client.getmany(timeout_ms=1000) == {}
        assert await client.position(lane(topic)) == 1000


@on_kafka
async def test_apache_kafka_refuses_an_offset_past_the_end(apache_kafka: ApacheKafka, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    await make_topic(apache_kafka.bootstrap_servers, topic)
    await send(apache_kafka.bootstrap_servers, topic, [b"a"])
    async with consumer(apache_kafka.bootstrap_servers, auto_offset_reset="none") as client:
        client.assign([lane(topic)])
        client.seek(lane(topic), 1000)
        with pytest.raises(OffsetOutOfRangeError):
            await client.getmany(timeout_ms=10_000)
    async with consumer(apache_kafka.bootstrap_servers, auto_offset_reset="earliest") as client:
        client.assign([lane(topic)])
        client.seek(lane(topic), 1000)
        assert [record.value for record in await take(client, 1)] == [b"a"]


async def test_a_consumer_with_its_own_offsets_is_stuck_in_the_log_of_a_restarted_embedded_broker(
    own_embedded_broker: EmbeddedBroker,
) -> None:
    servers = own_embedded_broker.bootstrap_servers
    await make_topic(servers, "devices")
    await send(servers, "devices", [b"old"] * 5)
    async with consumer(servers) as client:
        client.assign([lane("devices")])
        assert len(await take(client, 5)) == 5
        await own_embedded_broker.restart()
        await make_topic(servers, "devices")
        await send(servers, "devices", [b"new"] * 3)
        with pytest.raises(AssertionError, match="waited"):
            await take(client, 1, seconds=3.0)
        await client.seek_to_beginning(lane("devices"))
        assert [record.value for record in await take(client, 3)] == [b"new"] * 3


async def test_the_embedded_broker_refuses_an_idempotent_producer(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    with pytest.raises(UnknownError):
        async with producer(embedded_broker.bootstrap_servers, enable_idempotence=True):
            pass


@on_kafka
async def test_apache_kafka_takes_an_idempotent_producer(apache_kafka: ApacheKafka, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    await make_topic(apache_kafka.bootstrap_servers, topic)
    async with producer(apache_kafka.bootstrap_servers, enable_idempotence=True) as client:
        assert (await client.send_and_wait(topic, b"v")).offset == 0


async def test_the_embedded_broker_makes_a_topic_that_nobody_asked_for(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = topic_prefix + "misspelt"
    async with producer(embedded_broker.bootstrap_servers) as client:
        await client.send_and_wait(topic, b"v")
    async with admin(embedded_broker.bootstrap_servers) as client:
        assert topic in await client.list_topics()


@on_kafka
async def test_apache_kafka_as_we_run_it_makes_no_topic_unasked(apache_kafka: ApacheKafka, topic_prefix: str) -> None:
    async with producer(apache_kafka.bootstrap_servers, request_timeout_ms=1000) as client:
        with pytest.raises(UnknownTopicOrPartitionError):
            await client.send_and_wait(topic_prefix + "misspelt", b"v")
