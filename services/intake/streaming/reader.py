"""Following a vendor's log: every message is made safe in one transaction with the place after it.

The places are ours, not the broker's: no consumer group, no offset committed there. After a crash reading goes on at
exactly the message after the last one that was made safe. One process follows a stream at a time: as for a polled
list, it holds an advisory lock on the very connection it writes with.

A message that cannot be understood goes to the dead letters, and the rest goes on. Messages that the broker no longer
keeps are said to be lost, counted, and passed over. aiokafka can go on waiting when a broker has gone or a connection
hangs, so every so often the broker is asked how far its log reaches: no answer, or messages there and none here, and
the stream is opened anew, with growing pauses.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, for_code
from aiokafka.helpers import create_ssl_context

from services.clock import Clock
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.intake import store
from services.intake.admission import Receipt, admit
from services.intake.measures import STREAM_FAILURES, STREAM_LAG, STREAM_LOST, LastWords
from services.intake.polling.vendor_http import Sleep, pause_after
from services.intake.streaming.cancelling import close_in_time, is_being_ended, unbroken
from services.intake.streaming.stream import Stream
from services.intake.translation import Context, Translated, translate_body

MOST_MESSAGES = 64
"""Messages made safe at once. Event Hubs allows a megabyte each, which may hold some thousand records."""

CHECK_SECONDS = 30.0
"""How often the broker is asked which partitions there are and how far they reach."""

HELD_ELSEWHERE_SECONDS = 15.0
REQUEST_MS = 30_000
IDLE_MS = 180_000
"""Azure's load balancers forget a connection that is idle for four minutes."""

Message: TypeAlias = Any
"""An aiokafka ConsumerRecord; aiokafka ships no types."""

log = structlog.stdlib.get_logger()


class StandsStill(Exception):
    """The broker holds messages for us, and none came."""


PASSING: tuple[type[BaseException], ...] = (
    KafkaError,
    StandsStill,
    *TEMPORARY_ERRORS,
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
)
"""After these the stream is opened anew."""


class StreamReader:
    """Follows one stream."""

    def __init__(
        self,
        stream: Stream,
        pool: Callable[[], Pool],
        clock: Clock,
        units: Mapping[str, str],
        last_words: LastWords,
        sleep: Sleep,
        *,
        check_seconds: float = CHECK_SECONDS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._stream = stream
        self._pool = pool
        self._clock = clock
        self._units = units
        self._last_words = last_words
        self._sleep = sleep
        self._check_seconds = check_seconds
        self._chance = chance
        self._tries = 0

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        while True:
            pause = HELD_ELSEWHERE_SECONDS
            try:
                await self._follow_if_free()
            except PASSING as error:
                pause = self._broke_off(error)
            except asyncio.CancelledError as error:
                # aiokafka lets cancellations of its own tasks out, which look as if somebody had ended us.
                if is_being_ended():
                    raise
                pause = self._broke_off(error)
            await self._sleep(pause)

    def _broke_off(self, error: BaseException) -> float:
        """Say so; how long to wait before the stream is opened again."""
        STREAM_FAILURES.labels(self._stream.name).inc()
        log.warning("a stream broke off", stream=self._stream.name, error=repr(error))
        self._tries += 1
        return pause_after(self._tries - 1, self._chance)

    async def _follow_if_free(self) -> None:
        async with store.holding(self._pool(), self._stream.name) as connection:
            if connection is not None:
                await self._open_and_follow(connection)

    async def _open_and_follow(self, connection: Connection) -> None:
        client = self._client()
        admin = AIOKafkaAdminClient(**client)
        consumer = AIOKafkaConsumer(
            **client,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=500,
            max_partition_fetch_bytes=2 * 1024 * 1024,
        )
        try:
            await unbroken(admin.start())
            await unbroken(consumer.start())
            await self._follow(connection, admin, consumer)
        finally:
            try:
                await close_in_time(consumer.stop)
            finally:
                await close_in_time(admin.close)

    async def _follow(self, connection: Connection, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        loop = asyncio.get_running_loop()
        check_at = loop.time()
        came = True
        while True:
            if loop.time() >= check_at:
                await unbroken(self._check(connection, admin, consumer, came=came))
                check_at = loop.time() + self._check_seconds
                came = False
            try:
                messages = await consumer.getmany(
                    timeout_ms=int(1000 * min(1.0, self._check_seconds)), max_records=MOST_MESSAGES
                )
            except OffsetOutOfRangeError as error:
                await self._pass_over_what_is_lost(consumer, error)
                continue
            if messages:
                came = True
                self._last_words.heard(self._stream.kind.source)
                await self._make_safe(connection, messages)

    async def _check(
        self, connection: Connection, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, *, came: bool
    ) -> None:
        """Look for partitions that are new, and for messages that do not come. Raises KafkaError, StandsStill."""
        partitions = await self._partitions(admin)
        if partitions != consumer.assignment():
            await self._assign(connection, consumer, partitions)
            came = True
        ends = await consumer.end_offsets(partitions)
        behind = 0
        for partition in partitions:
            behind += max(0, ends[partition] - await self._place_in(consumer, partition))
        STREAM_LAG.labels(self._stream.name).set(behind)
        if behind and not came:
            raise StandsStill(f"{behind} messages wait, and none came in {self._check_seconds:.0f} s")
        self._tries = 0

    async def _place_in(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> int:
        async with asyncio.timeout(REQUEST_MS / 1000):
            place: int = await consumer.position(partition)
        return place

    async def _partitions(self, admin: AIOKafkaAdminClient) -> set[TopicPartition]:
        found = set()
        for topic in await admin.describe_topics(list(self._stream.topics)):
            if topic["error_code"]:
                raise for_code(topic["error_code"])(f"topic {topic['topic']!r}")
            found |= {TopicPartition(topic["topic"], each["partition"]) for each in topic["partitions"]}
        return found

    async def _assign(
        self, connection: Connection, consumer: AIOKafkaConsumer, partitions: set[TopicPartition]
    ) -> None:
        """Read these partitions, each from the place that is stored, or from its beginning."""
        places = {partition: await self._stored(connection, partition) for partition in partitions}
        # No await until all have a place: aiokafka begins to look for one as soon as it gets a turn.
        consumer.assign(list(partitions))
        for partition, place in places.items():
            if place is not None:
                consumer.seek(partition, place)
        fresh = [partition for partition, place in places.items() if place is None]
        if fresh:
            await consumer.seek_to_beginning(*fresh)
        log.info("a stream is followed", stream=self._stream.name, partitions=len(partitions), new=len(fresh))

    async def _stored(self, connection: Connection, partition: TopicPartition) -> int | None:
        """The offset to go on at. Offsets at other brokers mean nothing here."""
        stored = await store.position(connection, self._name_of(partition))
        if stored is None or stored["servers"] != self._stream.bootstrap_servers:
            return None
        return int(stored["next"])

    async def _pass_over_what_is_lost(self, consumer: AIOKafkaConsumer, error: OffsetOutOfRangeError) -> None:
        places: Mapping[TopicPartition, int] = error.args[0]
        for partition, place in places.items():
            STREAM_LOST.labels(self._stream.name).inc()
            log.warning(
                "the broker no longer keeps the messages from our place on; reading the oldest it has",
                stream=self._stream.name,
                topic=partition.topic,
                partition=partition.partition,
                place=place,
            )
        await consumer.seek_to_beginning(*places)

    async def _make_safe(self, connection: Connection, messages: Mapping[TopicPartition, Sequence[Message]]) -> None:
        bodies = [message.value or b"" for each in messages.values() for message in each]
        # Translating takes long enough that the event loop must not wait for it.
        translated = await asyncio.to_thread(self._translated, bodies)
        async with connection.transaction():
            receipt = await admit(connection, translated)
            for partition, each in messages.items():
                place = {"next": str(each[-1].offset + 1), "servers": self._stream.bootstrap_servers}
                await store.move(connection, self._name_of(partition), place)
        receipt.count()
        _tell_of_letters(receipt)

    def _translated(self, bodies: Sequence[bytes]) -> Translated:
        whole = Translated(self._stream.kind)
        context = Context(self._clock.now(), self._units)
        for body in bodies:
            part = translate_body(self._stream.kind, body, context)
            whole.events += part.events
            whole.ignored += part.ignored
            whole.rejected += part.rejected
            whole.clamped += part.clamped
        return whole

    def _name_of(self, partition: TopicPartition) -> str:
        return f"{self._stream.name}/{partition.topic}/{partition.partition}"

    def _client(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": self._stream.bootstrap_servers,
            "security_protocol": "SASL_SSL" if self._stream.tls else "SASL_PLAINTEXT",
            "ssl_context": create_ssl_context() if self._stream.tls else None,
            "sasl_mechanism": "PLAIN",
            "sasl_plain_username": self._stream.user,
            "sasl_plain_password": self._stream.password,
            "request_timeout_ms": REQUEST_MS,
            "connections_max_idle_ms": IDLE_MS,
        }


def _tell_of_letters(receipt: Receipt) -> None:
    for kept in receipt.kept:
        log.warning("dead letter", source=receipt.source, fingerprint=str(kept.fingerprint), reason=kept.reason)
