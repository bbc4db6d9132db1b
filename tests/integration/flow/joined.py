"""The services of the flow, joined as the log joins them, but by lists that a test may reorder and repeat.

Everything but Kafka is the real thing: each batch goes through the event log's own applier (inbox, state, outbox and
dead letters in one transaction), and what stands in an outbox afterwards goes to whoever listens to its topic.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from schemas.envelope import Event
from schemas.topics import DEVICE_OBSERVED, FINANCE_DOCUMENT, REQUEST, Topic
from services.access.directory import Directory
from services.budget import configuration_store as budget_store
from services.budget.configuration import PRICE_BOOK, PRIOR_YEARS, load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import Clock
from services.database.pool import Pool, open_pool
from services.eventlog.applying import Apply, RecordApplier
from services.eventlog.outbox import Outgoing
from services.refresh.consumer import TOPICS as HEARD_BY_REFRESH
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy
from services.refresh.policy_store import adopt_at_start
from services.register.consumer import RegisterConsumer
from services.requests import store as requests_store
from services.requests.consumer import TOPICS as HEARD_BY_REQUESTS
from services.requests.consumer import RequestsConsumer
from services.requests.rules.machine import Status
from services.requests.store import NewRequest
from services.watch.consumer import WANTED, WatchConsumer
from services.watch.evaluation import Evaluation
from services.watch.service import TOPICS as HEARD_BY_WATCH
from services.watch.thresholds import Thresholds
from tests.unit.refresh.policies import FILE

FOLLOWING = "SELECT position, topic, event FROM outbox WHERE position > $1 ORDER BY position"
encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """What a consumer gets from the log."""

    topic: str
    value: bytes
    key: bytes | None = None


class Order:
    """Each record once, oldest first, in batches of one size."""

    def keep(self, waiting: list[Record], record: Record) -> None:
        waiting.append(record)

    def next_of(self, listeners: Sequence[Listener]) -> Listener:
        return listeners[0]

    def take(self, waiting: list[Record]) -> list[Record]:
        taken = waiting[:200]
        del waiting[:200]
        return taken


class Disorder(Order):
    """Each record twice, in any order whatever, in batches of any size, by whichever listener has its turn."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def keep(self, waiting: list[Record], record: Record) -> None:
        waiting += [record, record]

    def next_of(self, listeners: Sequence[Listener]) -> Listener:
        return self._chance.choice(listeners)

    def take(self, waiting: list[Record]) -> list[Record]:
        size = min(self._chance.choice([1, 7, 60, 300, 900]), len(waiting))
        for place in range(len(waiting) - 1, len(waiting) - 1 - size, -1):
            other = self._chance.randrange(place + 1)
            waiting[place], waiting[other] = waiting[other], waiting[place]
        taken = waiting[len(waiting) - size :]
        del waiting[len(waiting) - size :]
        return taken


class Listener:
    """One service's consumer, and what still waits for it."""

    def __init__(
        self,
        name: str,
        topics: Sequence[Topic],
        apply: Apply,
        pool: Pool,
        wanted: frozenset[type[Event]] | None = None,
    ) -> None:
        self.topics = {topic.name for topic in topics}
        self.pool = pool
        self.waiting: list[Record] = []
        self._applier = RecordApplier(name, topics, apply, pool, "", wanted=wanted)
        self._told = 0

    async def apply(self, records: Sequence[Record]) -> list[Record]:
        """Apply a batch; what follows from it."""
        await self._applier.apply(records)
        rows = await self.pool.fetch(FOLLOWING, self._told)
        if rows:
            self._told = rows[-1]["position"]
        return [Record(row["topic"], row["event"]) for row in rows]


class Joined:
    """Register, budget, requests, refresh and watch over one database."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = listeners

    async def play(self, events: Sequence[Outgoing], order: Order) -> int:
        """Deliver everything, and everything that follows from it, until nothing waits; how many records it took."""
        taken = 0
        for topic, event in events:
            self._publish(Record(topic.name, encoder.encode(event)), order)
        while waiting := [each for each in self._listeners if each.waiting]:
            listener = order.next_of(waiting)
            batch = order.take(listener.waiting)
            taken += len(batch)
            for record in await listener.apply(batch):
                self._publish(record, order)
        return taken

    def _publish(self, record: Record, order: Order) -> None:
        for listener in self._listeners:
            if record.topic in listener.topics:
                order.keep(listener.waiting, record)


@asynccontextmanager
async def joined(
    database_url: str, clock: Clock, directory: Directory, thresholds: Thresholds, requests: Sequence[NewRequest]
) -> AsyncIterator[Joined]:
    """The services over a fresh database, in which people have raised these requests."""
    async with AsyncExitStack() as stack:
        pools: dict[str, Pool] = {}
        for name in ("register", "requests", "budget", "refresh", "watch"):
            pools[name] = await open_pool(database_url, name, size=2)
            stack.push_async_callback(pools[name].close)
        async with pools["budget"].acquire() as connection, connection.transaction():
            await budget_store.fill_all(
                connection,
                load_price_book(PRICE_BOOK),
                load_prior_years(PRIOR_YEARS),
                load_procurement(),
                directory,
                clock.now(),
            )
        async with pools["requests"].acquire() as connection, connection.transaction():
            for request in requests:
                assert await requests_store.insert_request(connection, request)
                await requests_store.decide(
                    connection, request.request_id, request.approver_email, request.raised_at, None
                )
                await requests_store.move(connection, [(request.request_id, Status.APPROVED, 2, request.raised_at)])
        async with pools["refresh"].acquire() as connection, connection.transaction():
            await adopt_at_start(connection, Policy.load(FILE), directory, clock.now())
        yield Joined(
            [
                Listener("register", [DEVICE_OBSERVED], RegisterConsumer().apply, pools["register"]),
                Listener("budget", [FINANCE_DOCUMENT, REQUEST], BudgetConsumer(clock).apply, pools["budget"]),
                Listener("requests", HEARD_BY_REQUESTS, RequestsConsumer().apply, pools["requests"]),
                Listener("refresh", HEARD_BY_REFRESH, RefreshConsumer(clock).apply, pools["refresh"]),
                Listener(
                    "watch",
                    HEARD_BY_WATCH,
                    WatchConsumer(Evaluation(thresholds, directory), clock).apply,
                    pools["watch"],
                    WANTED,
                ),
            ]
        )
