"""The batch consumer: delivery at least once, effects once.

One batch is one PostgreSQL transaction: inbox, the service's state, its outbox and its dead letters. Offsets are
committed to the broker after it. A crash in between delivers the batch again, and the inbox absorbs it (ADR 0003).

Several lanes may work at once, each on partitions of its own and in a transaction of its own: while PostgreSQL works
for one, Python works for another.

What fails for a passing reason is tried again for as long as it takes. What fails for its own reason is found by
halving the batch, goes to the dead letters, and the rest goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from schemas.envelope import Event
from schemas.topics import Topic
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.eventlog import dead_letters, inbox, outbox
from services.eventlog.dead_letters import DeadLetter
from services.eventlog.decoding import EventReader
from services.eventlog.relay import LOG_HEADER
from services.lifecycle import OwnedTasks
from services.telemetry import BATCH_SECONDS, CONSUMER_LAG, EVENTS_APPLIED, EVENTS_DEAD, EVENTS_REPEATED

Apply = Callable[[Connection, Sequence[Any]], Awaitable[Sequence[outbox.Outgoing]]]
"""A service's effect: given the transaction and fresh events, write state and return the events that follow."""

Record: TypeAlias = Any
"""An aiokafka ConsumerRecord; aiokafka ships no types."""

RETRY_SECONDS = 0.5
PAUSE_MS = 10
"""A log that brings nothing for so long has nothing more for this batch."""

log = structlog.stdlib.get_logger()


class BatchConsumer:
    """Feeds one service from its topics for as long as it runs."""

    def __init__(
        self,
        service: str,
        topics: Sequence[Topic],
        apply: Apply,
        pool: Pool,
        bootstrap_servers: str,
        topic_prefix: str,
        *,
        batch: int = 5000,
        lanes: int = 1,
    ) -> None:
        self._service = service
        self._topics = topics
        self._apply = apply
        self._pool = pool
        self._bootstrap_servers = bootstrap_servers
        self._prefix = topic_prefix
        self._batch = batch
        self._lanes = lanes
        self._reader = EventReader(topics)
        self._tasks = OwnedTasks(f"{service} consumer")
        self._log_id: bytes | None = None
        self._applied = EVENTS_APPLIED.labels(service)
        self._repeated = EVENTS_REPEATED.labels(service)
        self._dead = EVENTS_DEAD.labels(service)
        self._seconds = BATCH_SECONDS.labels(service)
        self._lag = CONSUMER_LAG.labels(service)

    async def start(self) -> None:
        """Join the group and begin."""
        self._tasks.start(self._run(), "consume")

    async def stop(self) -> None:
        """Leave the group. A batch under way is rolled back and delivered again to whoever comes next."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while the consuming task lives."""
        return not self._tasks.failed.is_set()

    async def _run(self) -> None:
        while True:
            consumer = AIOKafkaConsumer(
                *(self._prefix + topic.name for topic in self._topics),
                bootstrap_servers=self._bootstrap_servers,
                group_id=f"{self._prefix}{self._service}",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=4 * 1024 * 1024,
                fetch_max_wait_ms=100,
            )
            try:
                await consumer.start()
                await self._consume(consumer)
            except (KafkaError, OSError) as error:
                log.warning("consumer starts over", service=self._service, error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                await consumer.stop()

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        """Apply batch after batch; while one is applied the next is gathered."""
        while True:
            by_partition = await gather_batch(consumer, self._batch)
            while by_partition and not await self._came_from_another_log(consumer, by_partition):
                async with asyncio.TaskGroup() as both:
                    coming = both.create_task(gather_batch(consumer, self._batch))
                    await self._apply_and_commit(consumer, by_partition)
                by_partition = coming.result()

    async def _apply_and_commit(
        self, consumer: AIOKafkaConsumer, by_partition: dict[TopicPartition, list[Record]]
    ) -> None:
        with self._seconds.time():
            await asyncio.gather(*(self._apply_records(lane) for lane in _lanes(by_partition, self._lanes)))
        self._lag.set(_lag(consumer, by_partition))
        # The partition may have gone to another member meanwhile; it will be given the batch again.
        with contextlib.suppress(CommitFailedError, IllegalStateError):
            await consumer.commit({partition: got[-1].offset + 1 for partition, got in by_partition.items()})

    async def _came_from_another_log(
        self, consumer: AIOKafkaConsumer, by_partition: dict[TopicPartition, list[Record]]
    ) -> bool:
        """Positions belong to one log: when another answers, everything is read from its beginning."""
        seen = {
            value
            for records in by_partition.values()
            for record in (records[0], records[-1])
            for name, value in record.headers
            if name == LOG_HEADER
        }
        if not seen or seen == {self._log_id}:
            return False
        first, self._log_id = self._log_id is None, seen.pop()
        if first:
            return False
        log.warning("another log answers, reading it from the beginning", service=self._service)
        await consumer.seek_to_beginning()
        return True

    async def _apply_records(self, records: Sequence[Record]) -> None:
        while True:
            try:
                return await self._apply_once(records)
            except TEMPORARY_ERRORS as error:
                log.warning("batch is tried again", service=self._service, error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:
                if len(records) > 1:
                    middle = len(records) // 2
                    await self._apply_records(records[:middle])
                    return await self._apply_records(records[middle:])
                log.exception("an event could not be applied", service=self._service)
                return await self._keep(records[0], f"{type(error).__name__}: {error}")

    async def _apply_once(self, records: Sequence[Record]) -> None:
        events: list[Event] = []
        letters: list[DeadLetter] = []
        for record in records:
            try:
                event = self._reader.read(record.topic.removeprefix(self._prefix), record.value or b"")
                if event is not None:
                    events.append(event)
            except msgspec.MsgspecError as error:
                letters.append(_letter(record, f"not an event of this topic: {error}"))
        async with self._pool.acquire() as connection, connection.transaction():
            fresh = await inbox.accept(connection, events) if events else []
            outgoing = await self._apply(connection, fresh) if fresh else ()
            await outbox.append(connection, outgoing)
            await dead_letters.keep(connection, letters)
        self._applied.inc(len(fresh))
        self._repeated.inc(len(events) - len(fresh))
        self._dead.inc(len(letters))

    async def _keep(self, record: Record, reason: str) -> None:
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await dead_letters.keep(connection, [_letter(record, reason)])
                self._dead.inc()
                return
            except TEMPORARY_ERRORS as error:
                log.warning("dead letter is tried again", service=self._service, error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)


async def gather_batch(consumer: AIOKafkaConsumer, most: int) -> dict[TopicPartition, list[Record]]:
    """Records until there are `most` of them or the log pauses. One fetch often brings only a part of what waits."""
    gathered: dict[TopicPartition, list[Record]] = await consumer.getmany(timeout_ms=200, max_records=most)
    missing = most - sum(map(len, gathered.values()))
    while gathered and missing > 0:
        more = await consumer.getmany(timeout_ms=PAUSE_MS, max_records=missing)
        if not more:
            break
        for partition, records in more.items():
            gathered.setdefault(partition, []).extend(records)
            missing -= len(records)
    return gathered


def _lanes(by_partition: dict[TopicPartition, list[Record]], lanes: int) -> list[list[Record]]:
    """Partitions dealt out so that the lanes are about even; one partition's records stay together, in order."""
    dealt: list[list[Record]] = [[] for _ in range(lanes)]
    for records in sorted(by_partition.values(), key=len, reverse=True):
        min(dealt, key=len).extend(records)
    return [lane for lane in dealt if lane]


def _lag(consumer: AIOKafkaConsumer, by_partition: dict[TopicPartition, list[Record]]) -> int:
    return sum(
        max(0, (consumer.highwater(partition) or 0) - records[-1].offset - 1)
        for partition, records in by_partition.items()
    )


def _letter(record: Record, reason: str) -> DeadLetter:
    return DeadLetter(
        source=f"log:{record.topic}",
        reason=reason,
        body=record.value or b"",
        context={"topic": record.topic, "key": (record.key or b"").decode(errors="replace")},
    )
