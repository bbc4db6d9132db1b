"""A hub on a real Apache Kafka with SASL: read once, in order, from exactly where one stopped."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.errors import NodeNotReadyError

from deploy.local.stack.apache_kafka import ApacheKafka
from services.access.directory import Directory
from services.clock import FixedClock
from services.database.pool import Pool
from services.intake import store
from services.intake.doors import OpenSource
from services.intake.measures import STREAM_FAILURES, STREAM_LAG, STREAM_LOST
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from services.intake.sources.intune.declaration import DECLARATION as INTUNE
from services.intake.streaming import reader as streaming
from services.intake.streaming.reader import HELD_ELSEWHERE_SECONDS, StreamReader
from services.settings import Settings
from tests.fixtures.waiting import until
from tests.integration.intake import following
from tests.integration.intake.following import hub, message, reader, send
from tests.sources.letters import HELEN, dead_letters
from tests.unit.intake.context import NOW

pytestmark = [pytest.mark.integration, pytest.mark.apache_kafka]

NAME = "intune/event-hubs"


class Bench:
    """A hub of its own on the session's broker, and a look at what was kept of it."""

    def __init__(self, kafka: ApacheKafka, admin: AIOKafkaAdminClient, pool: Pool) -> None:
        self.kafka = kafka
        self.admin = admin
        self.pool = pool
        self.topic = f"hub-{secrets.token_hex(4)}"
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.01)

    def reader(self, **how: Any) -> StreamReader:
        return reader(hub(self.kafka.sasl_servers, self.topic, **how), self.pool, self.sleep)

    async def send(self, *messages: bytes | None, partition: int = 0) -> None:
        await send(self.kafka.bootstrap_servers, self.topic, *messages, partition=partition)

    async def serials(self) -> list[str]:
        rows = await self.pool.fetch(
            "SELECT key FROM outbox WHERE topic = 'device-observed' ORDER BY transaction, position"
        )
        return [row["key"] for row in rows]

    async def place(self, partition: int = 0) -> int:
        stored = await store.position(self.pool, f"{NAME}/{self.topic}/{partition}")  # type: ignore[arg-type]  # a pool executes as a connection does
        return int(stored["next"]) if stored else 0

    @contextlib.asynccontextmanager
    async def at_work(self, **how: Any) -> AsyncIterator[None]:
        """A reader at work."""
        task = asyncio.create_task(self.reader(**how).run())
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            async with asyncio.timeout(10):
                await asyncio.gather(task, return_exceptions=True)

    async def until_at(self, place: int, partition: int = 0) -> None:
        async def reached() -> bool:
            return await self.place(partition) >= place

        await until(reached, f"the place {place} in partition {partition}")


@pytest.fixture
async def bench(apache_kafka: ApacheKafka, pool: Pool) -> AsyncIterator[Bench]:
    admin = AIOKafkaAdminClient(bootstrap_servers=apache_kafka.bootstrap_servers)
    await admin.start()
    found = Bench(apache_kafka, admin, pool)
    await admin.create_topics([NewTopic(found.topic, 2, 1)])
    yield found
    await admin.close()


def _serials(*numbers: int) -> list[str]:
    return [f"SN{number:05d}" for number in numbers]


async def test_a_hub_is_read_from_its_beginning_and_followed(bench: Bench) -> None:
    await bench.send(message(0, 1), message(2))
    await bench.send(message(3), partition=1)
    async with bench.at_work():
        await bench.until_at(2)
        await bench.until_at(1, 1)
        await bench.send(message(4))
        await bench.until_at(3)
        await until(lambda: STREAM_LAG.labels(NAME)._value.get() == 0, "nothing left to read")
    assert sorted(await bench.serials()) == _serials(0, 1, 2, 3, 4)
    assert bench.slept == []


async def test_a_wrong_password_is_refused_and_tried_again_with_growing_pauses(bench: Bench) -> None:
    await bench.send(message(0))
    before = STREAM_FAILURES.labels(NAME)._value.get()
    async with bench.at_work(password="wrong"):
        await until(lambda: len(bench.slept) >= 3, "three tries")
    assert bench.slept[:3] == [0.5, 1.0, 2.0]
    assert STREAM_FAILURES.labels(NAME)._value.get() - before >= 3
    assert await bench.serials() == []
    async with bench.at_work():
        await bench.until_at(1)
    assert await bench.serials() == _serials(0)


async def test_a_process_that_is_killed_is_followed_by_one_that_goes_on_exactly_there(
    bench: Bench, database_url: str
) -> None:
    await bench.send(*(message(number) for number in range(300)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", following.__name__, database_url, bench.kafka.sasl_servers, bench.topic
    )
    try:
        await bench.until_at(5)
    finally:
        process.kill()
        await process.wait()
    at, kept = await bench.pool.fetchrow(
        """
        SELECT (SELECT (position ->> 'next')::int FROM positions WHERE feed = $1),
               (SELECT count(*) FROM outbox WHERE topic = 'device-observed')
        """,
        f"{NAME}/{bench.topic}/0",
    )
    assert 5 <= at == kept < 300
    async with bench.at_work():
        await bench.until_at(300)
    assert await bench.serials() == _serials(*range(300))


async def test_when_the_database_breaks_off_neither_events_nor_place_move(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.send(message(0), message(1))
    moves = 0
    move = store.move

    async def cut_off_once(connection: Any, feed: str, to: Any) -> None:
        nonlocal moves
        moves += 1
        if moves == 1:
            await bench.pool.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        await move(connection, feed, to)

    monkeypatch.setattr(store, "move", cut_off_once)
    async with bench.at_work():
        await bench.until_at(2)
    assert len(bench.slept) == 1
    assert moves >= 2
    assert await bench.serials() == _serials(0, 1)


async def test_what_is_delivered_again_counts_once(bench: Bench) -> None:
    await bench.send(message(0, 1), message(0, 1), message(1))
    async with bench.at_work():
        await bench.until_at(3)
    await bench.pool.execute("DELETE FROM positions")
    async with bench.at_work():
        await bench.until_at(3)
    assert await bench.serials() == _serials(0, 1)


async def test_a_poisonous_message_lies_in_the_dead_letters_and_the_rest_goes_on(bench: Bench) -> None:
    await bench.send(message(0), b'{"records":[', None, b'{"records":[{"category":"Devices"}]}', message(1))
    async with bench.at_work():
        await bench.until_at(5)
    assert await bench.serials() == _serials(0, 1)
    letters = {row["body"]: row for row in await bench.pool.fetch("SELECT * FROM dead_letters")}
    assert letters.keys() == {b'{"records":[', b"", b'{"category":"Devices"}'}
    # Mended, the record is translated by its own bytes.
    letter = letters[b'{"records":[']
    await bench.pool.execute(
        "UPDATE dead_letters SET body = $2 WHERE fingerprint = $1", letter["fingerprint"], message(2)
    )
    assert (await dead_letters(bench.pool).replay(HELEN, letter["fingerprint"])).accepted == 1


async def test_messages_that_are_no_longer_kept_are_counted_and_passed_over(bench: Bench) -> None:
    await bench.send(*(message(number) for number in range(6)))
    async with bench.at_work():
        await bench.until_at(6)
    await bench.send(*(message(number) for number in range(6, 10)))
    await bench.admin.delete_records({TopicPartition(bench.topic, 0): RecordsToDelete(before_offset=8)})
    before = STREAM_LOST.labels(NAME)._value.get()
    async with bench.at_work():
        await bench.until_at(10)
    assert STREAM_LOST.labels(NAME)._value.get() == before + 1
    assert await bench.serials() == _serials(*range(6), 8, 9)
    assert bench.slept == []


async def test_a_new_partition_is_noticed_and_the_others_go_on_where_they_were(bench: Bench) -> None:
    await bench.send(message(0))
    async with bench.at_work():
        await bench.until_at(1)
        await bench.admin.create_partitions({bench.topic: NewPartitions(3)})
        await bench.send(message(1), partition=2)
        await bench.until_at(1, 2)
        await bench.send(message(2))
        await bench.until_at(2)
    assert await bench.serials() == _serials(0, 1, 2)


async def test_one_process_follows_at_a_time_and_another_takes_over(bench: Bench) -> None:
    async with bench.at_work():
        await bench.send(message(0))
        await bench.until_at(1)
        async with bench.at_work():
            await until(lambda: HELD_ELSEWHERE_SECONDS in bench.slept, "the second to wait")
            await bench.send(message(1))
            await bench.until_at(2)
    async with bench.at_work():
        await bench.send(message(2))
        await bench.until_at(3)
    assert await bench.serials() == _serials(0, 1, 2)


async def test_intake_follows_the_streams_of_its_sources_and_stops_in_time(bench: Bench, database_url: str) -> None:
    await bench.send(message(0))
    settings = Settings.model_validate(
        {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": bench.kafka.bootstrap_servers,
            "topic_prefix": f"{bench.topic}.",
            "directory_file": Path("directory.yaml"),
        }
    )
    source = OpenSource(INTUNE, streams=[hub(bench.kafka.sasl_servers, bench.topic)])
    assert source.is_on
    intake = IntakeSettings.model_validate({"intake_port": 0})
    service = IntakeService(settings, intake, [source], FixedClock(NOW), Directory([], []))
    await service.start()
    try:
        assert service.ready()
        await bench.until_at(1)
    finally:
        async with asyncio.timeout(10):
            await service.stop()
    assert await bench.serials() == _serials(0)


async def test_places_at_other_brokers_mean_nothing(bench: Bench) -> None:
    await bench.send(message(0), message(1))
    async with bench.pool.acquire() as connection:
        await store.move(connection, f"{NAME}/{bench.topic}/0", {"next": "1", "servers": "elsewhere:9093"})
    async with bench.at_work():
        await bench.until_at(2)
    assert await bench.serials() == _serials(0, 1)


async def test_a_hub_that_is_not_there_is_said_to_be_missing(bench: Bench) -> None:
    bench.topic = "hub-nobody-made"
    async with bench.at_work():
        await until(lambda: len(bench.slept) >= 2, "two tries")


async def test_a_broker_that_is_lost_is_looked_for_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.send(message(0))
    stop, partitions = streaming.AIOKafkaConsumer.stop, streaming.AIOKafkaAdminClient.describe_topics
    lost = asyncio.Event()

    async def lose(admin: AIOKafkaAdminClient, topics: list[str]) -> Any:
        if await bench.place() == 0 or lost.is_set():
            return await partitions(admin, topics)
        lost.set()
        raise NodeNotReadyError

    async def stop_as_aiokafka_does_then(consumer: Any) -> None:
        await stop(consumer)
        raise asyncio.CancelledError

    monkeypatch.setattr(streaming.AIOKafkaAdminClient, "describe_topics", lose)
    monkeypatch.setattr(streaming.AIOKafkaConsumer, "stop", stop_as_aiokafka_does_then)
    async with bench.at_work():
        await bench.until_at(1)
        await until(lost.is_set, "the loss of the broker")
        await bench.send(message(1))
        await bench.until_at(2)
    assert len(bench.slept) == 1
    assert await bench.serials() == _serials(0, 1)


async def test_a_broker_that_holds_messages_which_do_not_come_is_left(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.send(message(0))

    async def nothing(*_: Any, **__: Any) -> dict[Any, Any]:
        await asyncio.sleep(0.05)
        return {}

    with monkeypatch.context() as hung:
        hung.setattr(streaming.AIOKafkaConsumer, "getmany", nothing)
        async with bench.at_work():
            await until(lambda: bench.slept, "the reader to give up")
    async with bench.at_work():
        await bench.until_at(1)
