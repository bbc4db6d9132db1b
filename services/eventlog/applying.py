"""Applying a batch of records: delivery at least once, effects once, whoever fetched the records.

One batch is one PostgreSQL transaction: inbox, the service's state, its outbox and its dead letters. What fails for a
passing reason is tried again for as long as it takes. What fails for its own reason is found by halving the batch,
goes to the dead letters, and the rest goes on. So `apply` returns only when the whole batch may be acknowledged.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec
import structlog

from schemas.envelope import Event
from schemas.topics import Topic
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool, passes_by_itself
from services.eventlog import dead_letters, inbox, outbox
from services.eventlog.dead_letters import DeadLetter
from services.eventlog.decoding import EventReader
from services.telemetry import EVENTS_APPLIED, EVENTS_DEAD, EVENTS_REPEATED


@dataclasses.dataclass(frozen=True, slots=True)
class Applied:
    """The events that follow, and what is to be done in memory once the transaction is committed, and only then."""

    outgoing: Sequence[outbox.Outgoing]
    after_commit: Callable[[], None]


Apply = Callable[[Connection, Sequence[Any]], Awaitable[Sequence[outbox.Outgoing] | Applied]]
"""A service's effect: given the transaction and fresh events, write state and return the events that follow."""

RETRY_SECONDS = 0.5

log = structlog.stdlib.get_logger()


class Record(Protocol):
    """What every client's record has: its topic with the deployment's prefix, its key, its bytes."""

    @property
    def topic(self) -> str: ...

    @property
    def key(self) -> bytes | None: ...

    @property
    def value(self) -> bytes | None: ...


class RecordApplier:
    """Gives a service's `apply` the fresh events of a batch. `wanted` leaves out the types it has no use for."""

    def __init__(
        self,
        service: str,
        topics: Sequence[Topic],
        apply: Apply,
        pool: Pool,
        topic_prefix: str,
        *,
        wanted: frozenset[type[Event]] | None = None,
    ) -> None:
        self._service = service
        self._apply = apply
        self._pool = pool
        self._prefix = topic_prefix
        self._wanted = wanted
        self._reader = EventReader(topics)
        self._applied = EVENTS_APPLIED.labels(service)
        self._repeated = EVENTS_REPEATED.labels(service)
        self._dead = EVENTS_DEAD.labels(service)

    async def apply(self, records: Sequence[Record]) -> None:
        """Apply the batch, or put in the dead letters what cannot be applied. Raises nothing but cancellation."""
        while True:
            try:
                return await self._apply_once(records)
            except Exception as error:
                if passes_by_itself(error):
                    log.warning("batch is tried again", service=self._service, error=repr(error))
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                if len(records) > 1:
                    log.warning("a batch is halved", service=self._service, records=len(records), error=repr(error))
                    middle = len(records) // 2
                    await self.apply(records[:middle])
                    return await self.apply(records[middle:])
                log.exception("an event could not be applied", service=self._service)
                return await self._keep(records[0], f"{type(error).__name__}: {error}")

    async def _apply_once(self, records: Sequence[Record]) -> None:
        events: list[Event] = []
        letters: list[DeadLetter] = []
        for record in records:
            try:
                event = self._reader.read(record.topic.removeprefix(self._prefix), record.value or b"")
                if event is not None and (self._wanted is None or type(event) in self._wanted):
                    events.append(event)
            except msgspec.MsgspecError as error:
                letters.append(_letter(record, f"not an event of this topic: {error}"))
        if not events and not letters:
            return
        async with self._pool.acquire() as connection, connection.transaction():
            fresh = await inbox.accept(connection, events) if events else []
            applied: Sequence[outbox.Outgoing] | Applied = await self._apply(connection, fresh) if fresh else ()
            await outbox.append(connection, applied.outgoing if isinstance(applied, Applied) else applied)
            await dead_letters.keep(connection, letters)
        if isinstance(applied, Applied):
            applied.after_commit()
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


def _letter(record: Record, reason: str) -> DeadLetter:
    return DeadLetter(
        source=f"log:{record.topic}",
        reason=reason,
        body=record.value or b"",
        context={"topic": record.topic, "key": (record.key or b"").decode(errors="replace")},
    )
