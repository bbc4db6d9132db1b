"""The batch consumer: delivery at least once, effects once.

One batch is one PostgreSQL transaction (see `applying`). Offsets are committed to the broker after it. A crash in
between delivers the batch again, and the inbox absorbs it (ADR 0003).

Several lanes may work at once, each on keys of its own and in transactions of its own: while PostgreSQL works for one,
Python works for another. A lane goes on to its part of the next batch as soon as it is done with its part of this one;
a batch's offsets are committed once all its parts are, and those of the batch before.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from schemas.topics import Topic
from services.database.pool import Pool
from services.eventlog.applying import RETRY_SECONDS, Apply, RecordApplier
from services.eventlog.relay import LOG_HEADER
from services.lifecycle import OwnedTasks
from services.telemetry import BATCH_SECONDS, CONSUMER_LAG

Record: TypeAlias = Any
"""An aiokafka ConsumerRecord; aiokafka ships no types."""

AHEAD = 2
"""Batches gathered and not yet committed, at most, beside the one being gathered."""

PAUSE_MS = 10
"""A log that brings nothing for so long has nothing more for this batch."""

METADATA_MS = 5000
"""How soon lanes that were added are noticed: a log that came back empty may have others than the one before."""

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
        self._applier = RecordApplier(service, topics, apply, pool, topic_prefix)
        self._bootstrap_servers = bootstrap_servers
        self._prefix = topic_prefix
        self._batch = batch
        self._lanes = lanes
        self._tasks = OwnedTasks(f"{service} consumer")
        self._logs: set[bytes] = set()
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
                metadata_max_age_ms=METADATA_MS,
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
        """Gather batch after batch; those before are applied meanwhile, and committed in their order."""
        lanes: list[asyncio.Task[None] | None] = [None] * self._lanes
        commits: deque[asyncio.Task[None]] = deque()
        try:
            while True:
                by_partition = await gather_batch(consumer, self._batch)
                while commits and (len(commits) > AHEAD or commits[0].done()):
                    await commits.popleft()
                if not by_partition:
                    continue
                if self._comes_from_another_log(by_partition):
                    # What is under way must not commit the old log's positions to the new one afterwards.
                    while commits:
                        await commits.popleft()
                    await consumer.seek_to_beginning()
                    continue
                parts: list[asyncio.Task[None]] = []
                for place, records in enumerate(_by_key(by_partition, self._lanes)):
                    if records:
                        part = asyncio.create_task(self._apply_after(lanes[place], records))
                        lanes[place] = part
                        parts.append(part)
                before = commits[-1] if commits else None
                commits.append(asyncio.create_task(self._commit_after(before, parts, consumer, by_partition)))
        finally:
            await _end([*commits, *(lane for lane in lanes if lane is not None)])

    async def _apply_after(self, before: asyncio.Task[None] | None, records: list[Record]) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._applier.apply(records)

    async def _commit_after(
        self,
        before: asyncio.Task[None] | None,
        parts: list[asyncio.Task[None]],
        consumer: AIOKafkaConsumer,
        by_partition: dict[TopicPartition, list[Record]],
    ) -> None:
        with self._seconds.time():
            for part in parts:
                await part
        if before is not None:
            await asyncio.wait([before])
        self._lag.set(_lag(consumer, by_partition))
        # The partition may have gone to another member meanwhile; it will be given the batch again.
        with contextlib.suppress(CommitFailedError, IllegalStateError):
            await consumer.commit({partition: got[-1].offset + 1 for partition, got in by_partition.items()})

    def _comes_from_another_log(self, by_partition: dict[TopicPartition, list[Record]]) -> bool:
        """Positions belong to one log: when another answers, everything is read from its beginning, once.

        A log that came back empty holds records of both names for a while: relays notice at different moments.
        """
        seen = {
            value
            for records in by_partition.values()
            for record in (records[0], records[-1])
            for name, value in record.headers
            if name == LOG_HEADER
        }
        unmet = seen - self._logs
        first = not self._logs
        self._logs |= unmet
        if first or not unmet:
            return False
        log.warning("another log answers, reading it from the beginning", service=self._service)
        return True


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


def _by_key(by_partition: dict[TopicPartition, list[Record]], lanes: int) -> list[list[Record]]:
    """Records dealt out by key: one key's records stay in one lane, in order.

    Not by partition: a fetch brings one partition's records after another's, and most batches hold a single one.
    """
    dealt: list[list[Record]] = [[] for _ in range(lanes)]
    for records in by_partition.values():
        for record in records:
            dealt[hash(record.key) % lanes].append(record)
    return dealt


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel what is under way and wait for it, whatever it says."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _lag(consumer: AIOKafkaConsumer, by_partition: dict[TopicPartition, list[Record]]) -> int:
    return sum(
        max(0, (consumer.highwater(partition) or 0) - records[-1].offset - 1)
        for partition, records in by_partition.items()
    )
