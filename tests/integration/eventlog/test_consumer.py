"""The batch consumer: effects once, whatever is delivered twice, poisoned, unknown, or interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupCoordinatorNotAvailableError

from schemas.events.budget import LineBalanceChanged
from services.database.pool import Connection
from services.eventlog import dead_letters
from tests.integration.eventlog.probe import TOPIC, Probe, encoded, event, publish


async def letters(probe: Probe) -> dict[bytes, str]:
    found = {}
    for listed in await dead_letters.list_open(probe.pool):
        letter = await dead_letters.find(probe.pool, listed.fingerprint)
        assert letter is not None
        found[letter.body] = letter.reason
    return found


async def test_what_is_delivered_twice_is_applied_once(probe: Probe, bootstrap_servers: str, topic_prefix: str) -> None:
    twice = encoded(*range(50))
    await publish(bootstrap_servers, topic_prefix, twice + twice)
    async with probe.running():
        await probe.until_applied(49)
        await publish(bootstrap_servers, topic_prefix, [*twice, *encoded(99)])
        await probe.until_applied(99)
    assert await probe.effects() == [*range(50), 99]


async def test_a_consumer_that_starts_again_goes_on_where_it_was(
    probe: Probe, bootstrap_servers: str, topic_prefix: str
) -> None:
    for first in (0, 10):
        await publish(bootstrap_servers, topic_prefix, encoded(*range(first, first + 10)))
        async with probe.running():
            await probe.until_applied(first + 9)
    assert await probe.effects() == list(range(20))


async def test_poison_goes_to_the_dead_letters_with_its_reason_and_the_rest_goes_on(
    probe: Probe, bootstrap_servers: str, topic_prefix: str
) -> None:
    def refuse(_: Connection, events: Sequence[LineBalanceChanged]) -> None:
        if any(each.data.sequence == 13 for each in events):
            raise ValueError("thirteen is not counted here")

    probe.before = refuse
    refused, too_big, no_event = *encoded(13, 2**70), b"{not json"
    lacking = msgspec.json.encode({"type": "quartermaster.budget.line_balance_changed", "id": "x"})
    values = [*encoded(*range(13)), refused, too_big, no_event, lacking, *encoded(*range(14, 40))]
    await publish(bootstrap_servers, topic_prefix, values)
    await publish(bootstrap_servers, topic_prefix, [b"nor this"], key=b"k\x00")
    async with probe.running():
        await probe.until_applied(39)
        await probe.until_count(39)
        await publish(bootstrap_servers, topic_prefix, encoded(100))
        await publish(bootstrap_servers, topic_prefix, encoded(101), key=b"k\x00")
        await probe.until_applied(100)
        await probe.until_applied(101)
        assert probe.consumer.ready()
    assert sorted(await probe.effects()) == [*range(13), *range(14, 40), 100, 101]
    kept = await letters(probe)
    assert kept.keys() == {refused, too_big, no_event, lacking, b"nor this"}
    assert kept[refused] == "ValueError: thirteen is not counted here"
    assert kept[too_big].startswith("DataError")
    assert kept[no_event].startswith("not an event of this topic")
    assert "source" in kept[lacking]
    (listed,) = (each for each in await dead_letters.list_open(probe.pool) if each.size == len(refused))
    assert listed.source == f"log:{topic_prefix}{TOPIC.name}"


async def test_types_that_newer_senders_added_are_passed_over(
    probe: Probe, bootstrap_servers: str, topic_prefix: str
) -> None:
    newer = msgspec.to_builtins(event(5)) | {"type": "quartermaster.budget.line_closed"}
    await publish(bootstrap_servers, topic_prefix, [*encoded(1), msgspec.json.encode(newer), *encoded(2)])
    async with probe.running():
        await probe.until_applied(2)
    assert await probe.effects() == [1, 2]
    assert await letters(probe) == {}


async def test_a_database_that_breaks_off_is_waited_for(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str
) -> None:
    broken: list[int] = []

    async def break_off(connection: Connection, _: Sequence[LineBalanceChanged]) -> None:
        if len(broken) < 3:
            broken.append(connection.get_server_pid())
            other = await asyncpg.connect(database_url)
            # With a wait: it returns once the other backend has ended.
            assert await other.fetchval("SELECT pg_terminate_backend($1, 5000)", broken[-1])
            await other.close()

    probe.before = break_off
    await publish(bootstrap_servers, topic_prefix, encoded(*range(200)))
    async with probe.running():
        await probe.until_applied(199)
        assert probe.consumer.ready()
    assert len(set(broken)) == 3
    assert await probe.effects() == list(range(200))
    assert await letters(probe) == {}


async def test_a_broker_that_refuses_a_commit_makes_the_consumer_start_over(
    probe: Probe, bootstrap_servers: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals: list[object] = []
    commit = AIOKafkaConsumer.commit

    async def refuse_once(self: AIOKafkaConsumer, offsets: Any = None) -> None:
        if not refusals:
            refusals.append(offsets)
            raise GroupCoordinatorNotAvailableError
        await commit(self, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", refuse_once)
    await publish(bootstrap_servers, topic_prefix, encoded(*range(20)))
    async with probe.running():
        await probe.until_applied(19)
        await publish(bootstrap_servers, topic_prefix, encoded(20))
        await probe.until_applied(20)
        assert probe.consumer.ready()
    assert refusals
    assert await probe.effects() == list(range(21))


async def test_another_log_is_read_from_its_beginning_once_however_the_names_are_mixed(
    probe: Probe, bootstrap_servers: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeks: list[object] = []
    seek = AIOKafkaConsumer.seek_to_beginning

    async def counted(self: AIOKafkaConsumer, *partitions: object) -> bool:
        seeks.append(partitions)
        return bool(await seek(self, *partitions))

    monkeypatch.setattr(AIOKafkaConsumer, "seek_to_beginning", counted)
    await publish(bootstrap_servers, topic_prefix, encoded(1, 2), log=b"before")
    async with probe.running():
        await probe.until_applied(2)
        assert seeks == []
        # As a log looks that came back empty: some relays have not noticed yet and still write the old name.
        for number, log in ((3, b"before"), (4, b"after"), (5, b"before"), (6, b"after")):
            await publish(bootstrap_servers, topic_prefix, encoded(number), log=log)
        await probe.until_applied(6)
        await publish(bootstrap_servers, topic_prefix, encoded(7), log=b"before")
        await publish(bootstrap_servers, topic_prefix, encoded(8), log=b"after")
        await probe.until_applied(8)
    assert len(seeks) == 1
    assert await probe.effects() == list(range(1, 9))
