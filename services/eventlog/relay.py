"""The relay: the only thing that publishes. It carries a service's outbox to the log, in order, at least once.

One relay a service works at a time (an advisory lock; the others stand by). It keeps a cursor for each log, so that
a log that comes back empty gets every retained event again, and the inboxes absorb what was applied before.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from datetime import timedelta

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed

from services.database.pool import TEMPORARY_ERRORS
from services.eventlog.log_identity import read_log_identity
from services.eventlog.outbox import NOTIFY_CHANNEL
from services.eventlog.topics import ensure_topics
from services.lifecycle import OwnedTasks
from services.telemetry import EVENTS_PUBLISHED

BATCH = 5000
IDLE_SECONDS = 1.0
SOON_SECONDS = 0.05
STOP_SECONDS = 2.0
LOG_CHECK_SECONDS = 15.0
PRUNE_SECONDS = 300.0
LOG_HEADER = "log"
"""The header that tells a consumer from which log a record comes."""

log = structlog.stdlib.get_logger()

_LOCK = "SELECT pg_try_advisory_lock(hashtext('quartermaster outbox'), hashtext(current_schema()))"
_CURSOR = "SELECT transaction::text, position FROM outbox_cursor WHERE log_id = $1"
# Rows of a transaction still open, or younger than one, must wait: their neighbours could yet appear before them.
_READ = """
SELECT transaction::text AS transaction_text, position, topic, key, event
FROM outbox
WHERE (transaction, position) > ($1::text::xid8, $2::bigint)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY outbox.transaction, outbox.position
LIMIT $3
"""
_WAITING = "SELECT EXISTS (SELECT FROM outbox WHERE (transaction, position) > ($1::text::xid8, $2::bigint))"
_MOVE = """
INSERT INTO outbox_cursor (log_id, transaction, position) VALUES ($1, $2::text::xid8, $3)
ON CONFLICT (log_id) DO UPDATE
SET transaction = excluded.transaction, position = excluded.position, moved_at = now()
"""
_PRUNE_OUTBOX = """
DELETE FROM outbox
WHERE recorded_at < now() - $2::interval
  AND (transaction, position) <= (SELECT transaction, position FROM outbox_cursor WHERE log_id = $1)
"""
_PRUNE_INBOX = "DELETE FROM inbox WHERE accepted_on < current_date - $1::integer"


@dataclasses.dataclass(frozen=True, slots=True)
class Retention:
    """How long what is published stays for a log that comes back empty, and how long repeats are recognised."""

    outbox: timedelta = timedelta(days=2)
    inbox_days: int = 14


class OutboxRelay:
    """Publishes one service's outbox for as long as it runs; survives losing the database or the broker."""

    def __init__(
        self,
        schema: str,
        database_url: str,
        bootstrap_servers: str,
        topic_prefix: str,
        *,
        idempotence: bool,
        replication: int = 1,
        retention: Retention | None = None,
    ) -> None:
        self._schema = schema
        self._database_url = database_url
        self._bootstrap_servers = bootstrap_servers
        self._prefix = topic_prefix
        self._idempotence = idempotence
        self._replication = replication
        self._retention = retention or Retention()
        self._tasks = OwnedTasks(f"{schema} relay")
        self._wake = asyncio.Event()
        self._published = EVENTS_PUBLISHED.labels(schema)

    async def start(self) -> None:
        """Begin publishing in the background."""
        self._tasks.start(self._run(), "publish")

    async def stop(self) -> None:
        """Stop; what is not published yet stays in the outbox."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while the publishing task lives."""
        return not self._tasks.failed.is_set()

    async def _run(self) -> None:
        while True:
            try:
                await self._hold_and_publish()
            except (*TEMPORARY_ERRORS, KafkaError, TimeoutError) as error:
                log.warning("relay starts over", service=self._schema, error=repr(error))
                await asyncio.sleep(IDLE_SECONDS)

    async def _hold_and_publish(self) -> None:
        connection = await asyncpg.connect(
            self._database_url,
            server_settings={"search_path": self._schema, "application_name": f"quartermaster {self._schema} relay"},
            command_timeout=60,
        )
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap_servers,
            acks="all",
            enable_idempotence=self._idempotence,
            linger_ms=5,
            max_batch_size=262_144,
        )
        try:
            await self._wait_for_turn(connection)
            await connection.add_listener(NOTIFY_CHANNEL, self._notified)
            await ensure_topics(self._bootstrap_servers, self._prefix, replication=self._replication)
            await producer.start()
            await self._publish(connection, producer)
        finally:
            # In this order, and the second whatever becomes of the first: the connection holds the turn, which the
            # next relay may have once nothing of ours is on its way, and must have in the end.
            try:
                await _stop(producer)
            finally:
                await connection.close(timeout=STOP_SECONDS)

    async def _wait_for_turn(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        while True:
            if await connection.fetchval(_LOCK):
                return
            await asyncio.sleep(IDLE_SECONDS)

    def _notified(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if payload == self._schema:
            self._wake.set()

    async def _publish(self, connection: asyncpg.Connection[asyncpg.Record], producer: AIOKafkaProducer) -> None:
        loop = asyncio.get_running_loop()
        log_id = await read_log_identity(self._bootstrap_servers)
        checked = pruned = loop.time()
        row = await connection.fetchrow(_CURSOR, log_id)
        transaction, position = (row["transaction"], row["position"]) if row else ("0", 0)
        while True:
            self._wake.clear()
            rows = await connection.fetch(_READ, transaction, position, BATCH)
            if rows:
                await self._send(producer, rows, log_id)
                transaction, position = rows[-1]["transaction_text"], rows[-1]["position"]
                await connection.execute(_MOVE, log_id, transaction, position)
                self._published.inc(len(rows))
            if loop.time() - checked > LOG_CHECK_SECONDS:
                if await read_log_identity(self._bootstrap_servers) != log_id:
                    raise ConnectionError("the broker came back with an empty log")
                checked = loop.time()
            if loop.time() - pruned > PRUNE_SECONDS:
                await connection.execute(_PRUNE_OUTBOX, log_id, self._retention.outbox)
                await connection.execute(_PRUNE_INBOX, self._retention.inbox_days)
                pruned = loop.time()
            if not rows:
                # What is committed but hides behind an older open transaction wakes nobody again: look soon.
                waiting = await connection.fetchval(_WAITING, transaction, position)
                await self._wait(SOON_SECONDS if waiting else IDLE_SECONDS)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _send(self, producer: AIOKafkaProducer, rows: list[asyncpg.Record], log_id: str) -> None:
        headers = [(LOG_HEADER, log_id.encode())]
        sent = [
            await producer.send(self._prefix + row["topic"], row["event"], key=row["key"].encode(), headers=headers)
            for row in rows
        ]
        await producer.flush()
        for acknowledgement in sent:
            await acknowledgement


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop a producer in bounded time; what it could not send is in the outbox still. Raises nothing but cancellation.

    aiokafka's own stop waits for what is on its way for as long as the broker is gone. An error from here would stand
    in for the cancellation that led here, and the relay would start over instead of stopping.
    """
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
    except (TimeoutError, KafkaError):
        log.warning("a producer was stopped with events on their way")
    else:
        return
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_SECONDS):
            # There is no public way to give up; without this its tasks would go on for as long as the process.
            producer._message_accumulator.fail_all(ProducerClosed())
            await producer._sender.close()
            await producer.client.close()
