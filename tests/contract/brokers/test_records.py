"""What is sent is what arrives, on both brokers."""

from __future__ import annotations

import pytest

from tests.contract.brokers.clients import admin, consumer, lane, make_topic, producer, send, take


async def test_a_topic_gets_the_partitions_asked_for_and_only_once(bootstrap_servers: str, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    assert await make_topic(bootstrap_servers, topic, partitions=3) == 0
    already_exists = 36
    assert await make_topic(bootstrap_servers, topic, partitions=5) == already_exists
    async with admin(bootstrap_servers) as client:
        assert topic in await client.list_topics()
        [described] = await client.describe_topics([topic])
    assert len(described["partitions"]) == 3


@pytest.mark.parametrize("compression", [None, "gzip"])
async def test_key_value_headers_and_time_arrive_unchanged(
    bootstrap_servers: str, topic_prefix: str, compression: str | None
) -> None:
    topic = topic_prefix + "devices"
    await make_topic(bootstrap_servers, topic)
    headers = [("ce_id", b"1"), ("ce_type", b"device.seen"), ("empty", b"")]
    async with producer(bootstrap_servers, compression_type=compression) as client:
        for number in range(3):
            await client.send(topic, b"%d" % number, key=b"C02", headers=headers, timestamp_ms=1_700_000_000_000)
        await client.flush()
    async with consumer(bootstrap_servers, topic) as client:
        records = await take(client, 3)
    assert [record.offset for record in records] == [0, 1, 2]
    assert [record.value for record in records] == [b"0", b"1", b"2"]
    for record in records:
        assert record.key == b"C02"
        assert record.timestamp == 1_700_000_000_000
        assert list(record.headers) == headers


async def test_many_records_in_large_batches_keep_their_order(bootstrap_servers: str, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    await make_topic(bootstrap_servers, topic, partitions=2)
    count = 10_000
    async with producer(bootstrap_servers, linger_ms=5, max_batch_size=512 * 1024) as client:
        for number in range(count):
            await client.send(topic, b"%0300d" % number, partition=number % 2)
        await client.flush()
    async with consumer(bootstrap_servers, topic) as client:
        records = await take(client, count)
        # Not end_offsets, which the embedded broker gets wrong: see test_differences.
        assert [client.highwater(lane(topic, partition)) for partition in (0, 1)] == [count // 2] * 2
        assert set((await client.beginning_offsets([lane(topic, 0), lane(topic, 1)])).values()) == {0}
    for partition in (0, 1):
        numbers = [int(record.value) for record in records if record.partition == partition]
        assert numbers == list(range(partition, count, 2))


async def test_a_tombstone_arrives_as_one(bootstrap_servers: str, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    await make_topic(bootstrap_servers, topic)
    async with producer(bootstrap_servers) as client:
        await client.send_and_wait(topic, None, key=b"C02")
    async with consumer(bootstrap_servers, topic) as client:
        [record] = await take(client, 1)
    assert record.value is None
    assert record.key == b"C02"


async def test_a_consumer_may_go_back_to_any_offset(bootstrap_servers: str, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    await make_topic(bootstrap_servers, topic)
    await send(bootstrap_servers, topic, [b"a", b"b", b"c"])
    async with consumer(bootstrap_servers) as client:
        client.assign([lane(topic)])
        client.seek(lane(topic), 1)
        assert [record.value for record in await take(client, 2)] == [b"b", b"c"]
        await client.seek_to_beginning(lane(topic))
        assert [record.value for record in await take(client, 3)] == [b"a", b"b", b"c"]
