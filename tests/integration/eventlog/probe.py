"""A service that does nothing but count: what each event did stands in its table, as often as it did it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from schemas.events.budget import Balance, LineBalanceChanged
from schemas.topics import BUDGET
from schemas.vocabulary import FundingLine
from services.database.pool import Connection, Pool, open_pool
from services.eventlog import outbox
from services.eventlog.consumer import BatchConsumer
from services.eventlog.outbox import Outgoing
from services.eventlog.relay import LOG_HEADER
from tests.fixtures.waiting import until

TOPIC = BUDGET
Hook = Callable[[Connection, Sequence[LineBalanceChanged]], object]


def event(number: int, key: str = "one") -> LineBalanceChanged:
    """The event with this number; its sequence is the number too."""
    return LineBalanceChanged(
        id=f"{key}/{number}",
        source="probe",
        time=datetime(2024, 11, 4, tzinfo=UTC),
        subject=key,
        data=Balance(
            financial_year="2024/25",
            line=FundingLine.REFRESH_AND_BAU,
            sequence=number,
            approved_pence=0,
            committed_pence=0,
            invoiced_pence=0,
        ),
    )


async def equip(database_url: str, name: str) -> Pool:
    """A pool on a schema of this name with the event log's tables and a table of effects."""
    pool = await open_pool(database_url, name)
    await pool.execute(f"CREATE SCHEMA {name}")
    await pool.execute(f"SELECT eventlog.equip('{name}')")
    await pool.execute(f"CREATE TABLE {name}.effects (entry bigint GENERATED ALWAYS AS IDENTITY, sequence bigint)")
    return pool


class Probe:
    """A consumer on a schema of its own. `before` runs in the transaction ahead of the effect, and may fail it."""

    def __init__(self, name: str, pool: Pool, servers: str, prefix: str, *, batch: int = 5000) -> None:
        self.name = name
        self.pool = pool
        self.before: Hook | None = None
        self._make = lambda: BatchConsumer(name, [TOPIC], self._apply, pool, servers, prefix, batch=batch)
        self.consumer = self._make()

    async def _apply(self, connection: Connection, events: Sequence[LineBalanceChanged]) -> Sequence[Outgoing]:
        if self.before is not None:
            held = self.before(connection, events)
            if held is not None:
                await held  # type: ignore[misc]  # a hook may be a coroutine function
        await connection.execute(
            "INSERT INTO effects (sequence) SELECT unnest($1::bigint[])", [each.data.sequence for each in events]
        )
        return ()

    async def effects(self) -> list[int]:
        """The sequence numbers of all effects, in the order in which they were written."""
        return [row["sequence"] for row in await self.pool.fetch("SELECT sequence FROM effects ORDER BY entry")]

    async def until_applied(self, number: int, *, seconds: float = 30.0) -> None:
        """Wait for the effect of one event."""

        async def applied() -> bool:
            return bool(await self.pool.fetchval("SELECT EXISTS (SELECT FROM effects WHERE sequence = $1)", number))

        await until(applied, f"event {number} applied by {self.name}", seconds=seconds)

    async def until_count(self, count: int, *, seconds: float = 30.0) -> None:
        """Wait for so many effects."""

        async def reached() -> bool:
            return bool(await self.pool.fetchval("SELECT count(*) >= $1 FROM effects", count))

        await until(reached, f"{count} effects of {self.name}", seconds=seconds)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Consume for the length of the block, with a consumer that is new each time."""
        self.consumer = self._make()
        await self.consumer.start()
        try:
            yield
        finally:
            await self.consumer.stop()


async def publish(
    servers: str, prefix: str, values: Sequence[bytes], *, log: bytes = b"log", key: bytes = b"k"
) -> None:
    """Put bytes on the probe's topic in one lane, as a relay of this log would."""
    client = AIOKafkaProducer(bootstrap_servers=servers)
    await client.start()
    try:
        for value in values:
            await client.send(prefix + TOPIC.name, value, key=key, headers=[(LOG_HEADER, log)])
        await client.flush()
    finally:
        await client.stop()


def encoded(*numbers: int) -> list[bytes]:
    """These events as bytes."""
    return [msgspec.json.encode(event(number)) for number in numbers]


async def record(pool: Pool, *events: LineBalanceChanged) -> None:
    """Put events in a schema's outbox, in one transaction."""
    async with pool.acquire() as connection, connection.transaction():
        await outbox.append(connection, [(TOPIC, each) for each in events])


async def published(servers: str, prefix: str, count: int) -> list[ConsumerRecord]:
    """The first `count` records of the probe's topic; order holds within a key."""
    client = AIOKafkaConsumer(
        prefix + TOPIC.name, bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await client.start()
    taken: list[ConsumerRecord] = []

    async def more() -> bool:
        for records in (await client.getmany(timeout_ms=100)).values():
            taken.extend(records)
        return len(taken) >= count

    try:
        await until(more, f"{count} records published", seconds=30.0)
    finally:
        await client.stop()
    return taken


def sequences(records: Sequence[ConsumerRecord], key: str) -> list[int]:
    """The sequence numbers of one key's records, in the log's order."""
    return [
        msgspec.json.decode(each.value, type=LineBalanceChanged).data.sequence
        for each in records
        if each.key == key.encode()
    ]
