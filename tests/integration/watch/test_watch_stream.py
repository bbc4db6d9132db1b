"""Watch as it runs, on both brokers: nothing lost, nothing twice, whatever stops in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.stack.broker import EmbeddedBroker
from schemas.envelope import Event
from schemas.events.alert import AlertAcknowledged, AlertCleared, AlertEvent, AlertRaised, AlertSnoozed, AlertWoken
from schemas.topics import ALERT, BUDGET, DEVICE_FAILED, UNIT_AGEING, Topic
from services.clock import FixedClock
from services.database.pool import open_pool
from services.eventlog.topics import ensure_topics
from services.settings import Settings
from services.watch import faust_edge, stream
from services.watch.commands import Alerts
from services.watch.service import WatchService
from services.watch.thresholds import load_thresholds
from tests.fixtures.alerts import DIRECTORY, MILLION, ageing, balance, failed
from tests.fixtures.people import small_directory, viewer

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)


class Rig:
    """Watch's whole process inside, and the hands to feed it and look at it."""

    def __init__(self, database_url: str, bootstrap_servers: str, topic_prefix: str) -> None:
        self.database_url = database_url
        self.bootstrap_servers = bootstrap_servers
        self.prefix = topic_prefix
        self.settings = Settings.model_validate(
            {
                "DATABASE_URL": database_url,
                "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
                "kafka_idempotence": False,
                "topic_prefix": topic_prefix,
                "directory_file": Path("unused.yaml"),
            }
        )
        self.clock = FixedClock(NOW)
        self.service = self.another()

    def another(self) -> WatchService:
        """A service with the same settings, as after a restart."""
        thresholds = msgspec.structs.replace(load_thresholds(), sweep_seconds=0.3)
        return WatchService(self.settings, self.clock, DIRECTORY, thresholds)

    async def send(self, topic: Topic, *values: Event | bytes) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers)
        await producer.start()
        try:
            for value in values:
                body = value if isinstance(value, bytes) else msgspec.json.encode(value)
                key = b"poison" if isinstance(value, bytes) else value.subject.encode()
                await producer.send(self.prefix + topic.name, body, key=key)
            await producer.flush()
        finally:
            await producer.stop()

    async def heard(self, number: int) -> list[AlertEvent]:
        """So many events of alerts, from the log's beginning."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap_servers, auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self.prefix + ALERT.name, each) for each in range(ALERT.partitions)])
            await consumer.seek_to_beginning()
            async with asyncio.timeout(60):
                records = [await consumer.getone() for _ in range(number)]
        finally:
            await consumer.stop()
        return [msgspec.json.decode(record.value, type=AlertEvent) for record in records]

    async def count(self, what: str) -> int:
        connection = await asyncpg.connect(self.database_url)
        try:
            return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))
        finally:
            await connection.close()

    async def until(self, condition: Callable[[], Awaitable[object]], what: str, seconds: float = 60.0) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not await condition():
            assert loop.time() < deadline, f"waited {seconds} s for {what}"
            await asyncio.sleep(0.05)

    async def until_count(self, what: str, wanted: int, seconds: float = 60.0) -> None:
        async def reached() -> bool:
            return await self.count(what) >= wanted

        await self.until(reached, f"{wanted} in {what}", seconds)
        assert await self.count(what) == wanted


@pytest.fixture(autouse=True)
def _short_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest that Apache Kafka allows: the embedded broker lets a group form after half of it."""
    monkeypatch.setattr(faust_edge, "SESSION_SECONDS", 6.0)


@pytest_asyncio.fixture
async def rig(database_url: str, bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Rig]:
    rig = Rig(database_url, bootstrap_servers, topic_prefix)
    await ensure_topics(bootstrap_servers, topic_prefix)
    yield rig
    await rig.service.stop()


async def test_events_become_alerts_a_poison_one_a_dead_letter_and_the_stream_goes_on(rig: Rig) -> None:
    await rig.send(BUDGET, balance(1, 20 * MILLION, NOW), b"\xff not an event", balance(2, 24 * MILLION, NOW))
    await rig.send(DEVICE_FAILED, failed(0, NOW - timedelta(days=100)), b'{"type": "of another version"}')
    await rig.service.start()
    assert rig.service.ready()
    await rig.until_count("watch.balances WHERE sequence = 2", 1)
    await rig.until_count("watch.dead_letters", 1)
    await rig.send(UNIT_AGEING, ageing(1, 25, NOW), ageing(1, 25, NOW))
    await rig.send(DEVICE_FAILED, *(failed(10 + n, NOW - timedelta(hours=n)) for n in range(20)))
    await rig.until_count("watch.alerts WHERE cleared_at IS NULL", 3)
    await rig.until_count("watch.inbox", 2 + 1 + 21)
    assert await rig.count("watch.dead_letters WHERE reason LIKE 'not an event%'") == 1


async def test_a_stop_in_the_middle_of_a_batch_loses_nothing_and_counts_nothing_twice(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first life is stopped while its batch hangs: before Faust may acknowledge it."""
    hanging = asyncio.Event()

    async def hang(*_: object) -> None:
        hanging.set()
        await asyncio.Event().wait()

    await rig.send(DEVICE_FAILED, *(failed(n, NOW - timedelta(hours=n)) for n in range(300)))
    with monkeypatch.context() as patched:
        patched.setattr("services.watch.consumer.WatchConsumer.apply", hang)
        await rig.service.start()
        async with asyncio.timeout(60):
            await hanging.wait()
        await rig.service.stop()
    assert await rig.count("watch.failures") == 0
    rig.service = rig.another()
    await rig.service.start()
    await rig.until_count("watch.failures", 300)
    await rig.until_count("watch.inbox", 300)


async def test_a_stop_between_two_batches_leaves_the_rest_to_the_next_life(rig: Rig) -> None:
    events = [failed(n, NOW - timedelta(minutes=n)) for n in range(4000)]
    await rig.send(DEVICE_FAILED, *events)
    await rig.service.start()

    async def begun() -> bool:
        return await rig.count("watch.failures") > 0

    await rig.until(begun, "the first batch")
    await rig.service.stop()
    assert not rig.service.ready()
    rig.service = rig.another()
    await rig.service.start()
    await rig.until_count("watch.failures", 4000)
    await rig.until_count("watch.inbox", 4000)


async def test_a_temporary_database_failure_is_ridden_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.watch.consumer import WatchConsumer

    works = WatchConsumer.apply
    failures_left = 3

    async def fails_at_first(self: WatchConsumer, connection: asyncpg.Connection, events: list[Event]) -> object:
        nonlocal failures_left
        if failures_left:
            failures_left -= 1
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return await works(self, connection, events)

    monkeypatch.setattr(WatchConsumer, "apply", fails_at_first)
    await rig.send(BUDGET, balance(1, 20 * MILLION, NOW))
    await rig.service.start()
    await rig.until_count("watch.alerts", 1)
    assert failures_left == 0
    assert await rig.count("watch.dead_letters") == 0
    assert rig.service.ready()


async def test_an_event_that_cannot_be_applied_is_found_among_its_neighbours(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.watch import store

    keeps = store.keep_failures

    async def refuses_one(connection: asyncpg.Connection, failures: list[object]) -> object:
        if any(getattr(failure, "ticket", "") == "INC7" for failure in failures):
            raise ValueError("ticket 7 cannot be")
        return await keeps(connection, failures)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "keep_failures", refuses_one)
    await rig.send(DEVICE_FAILED, *(failed(n, NOW - timedelta(hours=n)) for n in range(40)))
    await rig.service.start()
    await rig.until_count("watch.failures", 39)
    await rig.until_count("watch.dead_letters", 1)
    assert await rig.count("watch.dead_letters WHERE reason = 'ValueError: ticket 7 cannot be'") == 1


async def test_what_people_do_goes_out_and_fausts_timer_wakes_a_snooze_once_over_a_restart(rig: Rig) -> None:
    """Faust brings the event and keeps the time, the command is a transaction beside it, and the bot's kind of consumer
    (aiokafka) hears all of it.
    """
    await rig.send(BUDGET, balance(1, 20 * MILLION, NOW))
    await rig.service.start()
    await rig.until_count("watch.alerts", 1)
    pool = await open_pool(rig.database_url, "watch")
    key, tomorrow_morning = "budget-crossing:2024/25:refresh-and-bau", datetime(2024, 11, 21, 8, tzinfo=UTC)
    try:
        commands, idris = Alerts(pool, rig.clock, small_directory()), viewer("Idris Bello")
        await commands.acknowledge(idris, key, 1, idempotency_key="a")
        await commands.snooze(idris, key, 1, until=tomorrow_morning, idempotency_key="s")
    finally:
        await pool.close()
    rig.clock.moment = tomorrow_morning - timedelta(seconds=1)
    await rig.heard(3)
    await rig.service.stop()
    rig.clock.moment = tomorrow_morning
    rig.service = rig.another()
    await rig.service.start()
    await rig.until_count("watch.alerts WHERE wakes = 1 AND snoozed_until IS NULL", 1)
    await rig.send(BUDGET, balance(2, 5 * MILLION, NOW))
    told = await rig.heard(5)
    assert [type(each) for each in told] == [AlertRaised, AlertAcknowledged, AlertSnoozed, AlertWoken, AlertCleared]
    assert [each.data.revision for each in told] == [1, 2, 3, 4, 5]


async def test_a_crashed_faust_is_not_ready_and_is_brought_back(rig: Rig) -> None:
    await rig.service.start()
    crashed = rig.service._stream._edge  # type: ignore[union-attr]
    assert crashed is not None
    await crashed._app.crash(RuntimeError("as if Faust had given up"))
    assert not rig.service.ready()

    async def ready_again() -> bool:
        return rig.service.ready()

    await rig.until(ready_again, "a new Faust")
    await rig.send(BUDGET, balance(1, 20 * MILLION, NOW))
    await rig.until_count("watch.alerts", 1)


async def test_a_faust_that_cannot_be_brought_back_leaves_the_service_unready_for_good(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.service.start()
    monkeypatch.setattr(stream, "TRIES", 1)
    monkeypatch.setattr(stream, "CHECK_SECONDS", 0.05)

    async def refuses(_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("services.watch.faust_edge.FaustEdge.start", refuses)
    running = rig.service._stream
    assert running is not None
    assert running._edge is not None
    await running._edge._app.crash(RuntimeError("as if Faust had given up"))
    async with asyncio.timeout(30):
        await running._tasks.failed.wait()
    assert not rig.service.ready()


async def test_an_embedded_broker_that_comes_back_empty_is_read_from_its_beginning(
    database_url: str, own_embedded_broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LOOK_EVERY_SECONDS", 1.0)
    rig = Rig(database_url, own_embedded_broker.bootstrap_servers, f"t{uuid4().hex[:8]}.")
    await rig.service.start()
    try:
        await rig.send(DEVICE_FAILED, *(failed(n, NOW - timedelta(hours=n)) for n in range(50)))
        await rig.until_count("watch.failures", 50)
        await own_embedded_broker.kill()
        await own_embedded_broker.start()
        await ensure_topics(rig.bootstrap_servers, rig.prefix)
        await rig.send(DEVICE_FAILED, *(failed(n, NOW - timedelta(hours=n)) for n in range(40, 60)))
        await rig.until_count("watch.failures", 60, seconds=100)
        await rig.until_count("watch.inbox", 60)
    finally:
        await rig.service.stop()
