"""A broker that dies under its clients and comes back: the embedded one empty, Apache Kafka with all it had."""

from __future__ import annotations

import contextlib

import pytest
from aiokafka.errors import CommitFailedError

from deploy.local.stack.apache_kafka import ApacheKafka
from deploy.local.stack.broker import EmbeddedBroker, cluster_id_at
from tests.contract.brokers.clients import consumer, lane, make_topic, member, producer, send, take
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration


async def test_each_start_of_the_embedded_broker_is_another_empty_log(
    own_embedded_broker: EmbeddedBroker,
) -> None:
    servers = own_embedded_broker.bootstrap_servers
    before = await cluster_id_at(servers)
    assert before == own_embedded_broker.cluster_id
    await make_topic(servers, "devices")
    await send(servers, "devices", [b"a"])
    await own_embedded_broker.restart()
    assert own_embedded_broker.bootstrap_servers == servers
    assert await cluster_id_at(servers) == own_embedded_broker.cluster_id != before
    assert await make_topic(servers, "devices") == 0
    async with consumer(servers) as client:
        assert await client.end_offsets([lane("devices")]) == {lane("devices"): 0}


@pytest.mark.apache_kafka
async def test_apache_kafka_killed_and_started_is_the_same_log(own_apache_kafka: ApacheKafka) -> None:
    servers = own_apache_kafka.bootstrap_servers
    await make_topic(servers, "devices")
    async with (
        producer(servers) as sender,
        member(servers, "devices", "register") as client,
    ):
        await sender.send_and_wait("devices", b"a")
        assert len(await take(client, 1)) == 1
        await client.commit()
        await own_apache_kafka.kill()
        await own_apache_kafka.start()
        assert await cluster_id_at(servers) == own_apache_kafka.cluster_id
        await sender.send_and_wait("devices", b"b")
        assert [record.value for record in await take(client, 1)] == [b"b"]

        # A coordinator that was just loaded tells what its high watermark covers, and that follows a moment later.
        async def as_committed() -> bool:
            offset = await client.committed(lane("devices"))
            assert offset in (None, 1)
            return bool(offset)

        await until(as_committed, "the offset that was committed before", seconds=15)


@pytest.mark.parametrize("commits", [False, True])
async def test_a_group_outlives_the_embedded_broker_and_in_the_end_has_seen_all_that_is_new(
    own_embedded_broker: EmbeddedBroker, commits: bool
) -> None:
    servers = own_embedded_broker.bootstrap_servers
    await make_topic(servers, "devices")
    async with (
        producer(servers) as sender,
        member(servers, "devices", "register") as client,
    ):
        for number in range(5):
            await sender.send_and_wait("devices", b"old %d" % number)
        assert len(await take(client, 5)) == 5
        await client.commit()
        await own_embedded_broker.kill()
        await own_embedded_broker.start()
        await make_topic(servers, "devices")
        for number in range(8):
            await sender.send_and_wait("devices", b"new %d" % number)
        seen: list[bytes] = []

        async def all_new() -> bool:
            for records in (await client.getmany(timeout_ms=200)).values():
                seen.extend(record.value for record in records)
                if commits:
                    with contextlib.suppress(CommitFailedError):
                        await client.commit()
            return {b"new %d" % number for number in range(8)} <= set(seen)

        # It first reads on where it stood in the old log, then is told that it is no member, joins anew and begins
        # at the beginning: what is new may be seen twice, hence our own dedupe.
        await until(all_new, "every new record", seconds=40.0)
