"""Consumer groups on both brokers: offsets outlive their members, and members share the partitions."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer

from tests.contract.brokers.clients import lane, make_topic, member, send, take
from tests.fixtures.waiting import until


async def share(*members: AIOKafkaConsumer, partitions: int) -> None:
    """Wait until the members hold all partitions between them, each at least one and none twice."""

    async def shared() -> bool:
        for each in members:
            await each.getmany(timeout_ms=20)
        held = [part for each in members for part in each.assignment()]
        return all(each.assignment() for each in members) and len(set(held)) == len(held) == partitions

    await until(shared, "a share for each member", seconds=40.0)


async def test_the_next_member_goes_on_where_the_last_one_committed(bootstrap_servers: str, topic_prefix: str) -> None:
    topic, group = topic_prefix + "devices", topic_prefix + "register"
    await make_topic(bootstrap_servers, topic)
    await send(bootstrap_servers, topic, [b"a", b"b", b"c"])
    async with member(bootstrap_servers, topic, group) as first:
        assert len(await take(first, 3)) == 3
        await first.commit({lane(topic): 2})
    async with member(bootstrap_servers, topic, group) as second:
        assert await second.committed(lane(topic)) == 2
        assert [record.value for record in await take(second, 1)] == [b"c"]


async def test_two_groups_read_the_same_records(bootstrap_servers: str, topic_prefix: str) -> None:
    topic = topic_prefix + "devices"
    await make_topic(bootstrap_servers, topic)
    await send(bootstrap_servers, topic, [b"a"])
    for group in ("register", "refresh"):
        async with member(bootstrap_servers, topic, topic_prefix + group) as client:
            assert [record.value for record in await take(client, 1)] == [b"a"]
            await client.commit()


async def test_two_members_share_and_the_one_that_stays_takes_over(bootstrap_servers: str, topic_prefix: str) -> None:
    topic, group = topic_prefix + "devices", topic_prefix + "register"
    await make_topic(bootstrap_servers, topic, partitions=4)
    async with member(bootstrap_servers, topic, group) as stays:
        async with member(bootstrap_servers, topic, group) as leaves:
            await share(stays, leaves, partitions=4)
        await share(stays, partitions=4)
        for partition in range(4):
            await send(bootstrap_servers, topic, [b"%d" % partition], partition=partition)
        assert {record.value for record in await take(stays, 4)} == {b"0", b"1", b"2", b"3"}
