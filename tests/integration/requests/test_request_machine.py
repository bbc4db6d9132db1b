"""Any words and acts, in any order and again: the request goes no way that its machine does not know, gets one device,
and its money is set aside once.

`REQUEST_EXAMPLES` makes it longer.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.envelope import Event
from schemas.events.finance import DocumentType
from schemas.events.request import RequestApproved, RequestRefused
from schemas.topics import REQUEST
from schemas.vocabulary import DeviceState, Kind
from services.budget import configuration_store
from services.budget.configuration import load_price_book
from services.budget.consumer import BudgetConsumer
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import QuartermasterError
from services.eventlog.decoding import EventReader
from services.register.consumer import RegisterConsumer
from services.requests.commands import Deliveries, Requests
from services.requests.policy import own_policy
from services.requests.queries import Reason
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Status
from services.requests.sweep import WaitingSweep
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, document, recorded
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.journey import changed, device, hear, shelve

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
EXAMPLES = int(os.environ.get("REQUEST_EXAMPLES", "12"))
PEOPLE = (
    ("Amara Osei", "Priya Nair", "central-west-response"),
    ("Tom Whitfield", "Daniel Reyes", "central-north-response"),
)
HELEN = viewer("Helen Marsh")
ACTS = ("raise", "approve", "refuse", "allocate", "ship", "receive", "check", "take back", "cancel")
WORDS = ("budget hears", "requests hear", "new device", "stock in use", "old back", "old elsewhere", "sweep", "money")

steps = st.lists(st.tuples(st.sampled_from((*ACTS, *WORDS)), st.integers(0, 1), st.integers(0, 2)), max_size=30)
forwards = [
    *[("raise", 0, 0), ("raise", 1, 1), ("approve", 0, 0), ("approve", 1, 0)],
    *[("money", 0, 1), ("budget hears", 0, 0), ("requests hear", 0, 0)],
]
"""One of the two is on order, the other waits for money; from there on anything goes."""


class World:
    """Two people, three devices on the shelf, a budget of little money."""

    def __init__(self, pools: dict[str, Pool], devices: dict[str, UUID]) -> None:
        self.requests_pool, self.budget = pools["requests"], pools["budget"]
        self.devices = devices
        self.clock = FixedClock(NOW)
        directory = small_directory()
        self.requests = Requests(self.requests_pool, self.clock, directory)
        self.deliveries = Deliveries(self.requests_pool, self.clock, directory)
        self.sweep = WaitingSweep(self.requests_pool, self.clock, directory, own_policy().patience)
        self.budget_consumer = BudgetConsumer(self.clock)
        self.words: list[Event] = []
        self.ids: dict[int, list[UUID]] = {0: [], 1: []}
        self.turn = 0

    async def step(self, what: str, who: int, which: int) -> None:
        """One act or word; what the product refuses is refused."""
        self.turn += 1
        self.clock.advance(timedelta(hours=9))
        try:
            await self._step(what, who, which)
        except QuartermasterError:
            return

    async def _step(self, what: str, who: int, which: int) -> None:
        name, manager, _ = PEOPLE[who]
        key = f"{what}/{self.turn}"
        if what == "raise":
            raised = await self.requests.raise_request(
                viewer(name),
                device_id=self.devices[f"S{who}"],
                kind=Kind.LAPTOP,
                reason=Reason.BROKEN,
                needed_by=None,
                accessibility_needs=which == 1,
                explanation="Cracked",
                delivery_place="Desk",
                idempotency_key=key,
            )
            self.ids[who].append(raised.request_id)
        elif what in ("budget hears", "requests hear", "money"):
            await self._carry(what, which)
        elif what == "sweep":
            await self.sweep.sweep()
        elif what in WORDS:
            await hear(self.requests_pool, self._word(what, who, which))
        elif self.ids[who]:
            await self._act(what, self.ids[who][-1], viewer(name), viewer(manager), which, key)

    async def _act(self, what: str, request_id: UUID, user: Any, manager: Any, which: int, key: str) -> None:
        acts: dict[str, Callable[[], Awaitable[Any]]] = {
            "approve": lambda: self.requests.approve(manager, request_id, idempotency_key=key),
            "refuse": lambda: self.requests.refuse(manager, request_id, refusal="No", idempotency_key=key),
            "allocate": lambda: self.deliveries.allocate(
                HELEN, request_id, device=f"STOCK{which}", idempotency_key=key
            ),
            "ship": lambda: self.deliveries.ship(HELEN, request_id, carrier="Van", idempotency_key=key),
            "receive": lambda: self.deliveries.receive(user, request_id, idempotency_key=key),
            "check": lambda: self.deliveries.check(user, request_id, idempotency_key=key),
            "take back": lambda: self.deliveries.take_back(HELEN, request_id, idempotency_key=key),
            "cancel": lambda: self.deliveries.cancel(HELEN, request_id, why="No need", idempotency_key=key),
        }
        if what in acts:
            await acts[what]()

    def _word(self, what: str, who: int, which: int) -> Event:
        holder, at = email_of(PEOPLE[who][0]), self.clock.now()
        if what == "new device":
            return changed(device(f"new {who} {which}"), at, holder=holder, revision=self.turn)
        if what == "stock in use":
            return changed(self.devices[f"STOCK{which}"], at, holder=holder, revision=self.turn)
        old = self.devices[f"S{who}"]
        if what == "old back":
            return changed(old, at, "state", state=DeviceState.RETURNED, holder=None, revision=self.turn)
        return changed(old, at, "holder_email", holder="x@metropolitan.example", revision=self.turn)

    async def _carry(self, what: str, which: int) -> None:
        """Events between the services, the newest first or the oldest, some of them again."""
        if what == "money":
            content = document(f"M{self.turn}", DocumentType.APPROVAL, 51_000 * (1 + which), 0)
            self.words += await deliver(self.budget, self.budget_consumer.apply, [recorded(content)])
        elif what == "budget hears":
            reader = EventReader([REQUEST])
            rows = await self.requests_pool.fetch("SELECT event FROM requests.outbox ORDER BY position")
            events = [event for row in rows if (event := reader.read("request", row["event"])) is not None]
            events = events[::-1] if which else events
            self.words += await deliver(self.budget, self.budget_consumer.apply, events, size=2)
        else:
            about = [word for word in self.words if hasattr(word.data, "request_id")]
            await hear(self.requests_pool, *(about[::-1] if which else about), size=2)

    async def check(self) -> None:
        """What must hold after every step."""
        events = await self.requests_pool.fetch("SELECT event FROM requests.outbox ORDER BY position")
        reader = EventReader([REQUEST])
        paths: dict[UUID, list[tuple[int, str]]] = {}
        for row in events:
            told = reader.read("request", row["event"])
            assert told is not None
            path, reached = paths.setdefault(told.data.request_id, []), (told.data.revision, _status(told))
            # What policy approves at once is told as raised and as approved.
            if path != [reached]:
                path.append(reached)
        ways = {(step.source, step.target) for step in MACHINE.steps}
        for path in paths.values():
            assert [revision for revision, _ in path] == list(range(1, len(path) + 1))
            assert all((before[1], after[1]) in ways for before, after in pairwise(path)), path
        twice = await self.requests_pool.fetch(
            "SELECT successor_device_id FROM requests WHERE successor_device_id IS NOT NULL "
            "AND status NOT IN ('refused', 'withdrawn') GROUP BY 1 HAVING count(*) > 1"
        )
        assert not twice, "one device for two requests"
        own = await self.requests_pool.fetchval("SELECT count(*) FROM requests WHERE successor_device_id = device_id")
        assert own == 0
        unchecked = await self.requests_pool.fetchval(
            "SELECT count(*) FROM requests WHERE accessibility_needs AND checked_at IS NULL "
            "AND (status = 'return_due' OR (status = 'closed' AND received_at IS NOT NULL))"
        )
        assert unchecked == 0, "rule 9"
        await self._check_money()

    async def _check_money(self) -> None:
        counted = await self.budget.fetchrow(
            "SELECT coalesce(sum(approved_pence), 0)::bigint, coalesce(sum(committed_pence), 0)::bigint FROM balances"
        )
        ledger = await self.budget.fetchrow(
            "SELECT coalesce(sum(net_pence + vat_pence) FILTER (WHERE entry_type = 'approved'), 0)::bigint, "
            "coalesce(sum(CASE entry_type WHEN 'committed' THEN net_pence + vat_pence "
            "WHEN 'released' THEN -net_pence - vat_pence END), 0)::bigint FROM ledger"
        )
        held = await self.budget.fetchval(
            "SELECT coalesce(sum(net_pence + vat_pence), 0)::bigint FROM reservations WHERE state = 'committed'"
        )
        assert counted is not None
        assert ledger is not None
        assert tuple(counted) == tuple(ledger)
        assert counted[1] == held, "each request's money once"
        assert counted[1] <= counted[0]

    async def settle(self) -> None:
        """Let all hear all: requests that need no money have none."""
        for _ in range(3):
            for what in ("budget hears", "requests hear"):
                await self._carry(what, 0)
        await self.check()
        ended = await self.requests_pool.fetch(
            "SELECT request_id FROM requests WHERE status = ANY ($1::text[]) OR from_stock",
            [Status.WITHDRAWN, Status.REFUSED],
        )
        left = await self.budget.fetchval(
            "SELECT count(*) FROM reservations "
            "WHERE state IN ('committed', 'waiting') AND request_id = ANY ($1::uuid[])",
            [row["request_id"] for row in ended],
        )
        assert left == 0


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_whatever_comes_the_request_keeps_to_its_machine(
    embedded_postgres: EmbeddedPostgres, migrated_template: str, played: list[tuple[str, int, int]]
) -> None:
    async def play() -> None:
        name = f"request_{secrets.token_hex(6)}"
        url = await embedded_postgres.create_database(name, template=migrated_template)
        pools = {schema: await open_pool(url, schema, size=2) for schema in ("requests", "register", "budget")}
        try:
            world = World(pools, await _devices(pools["register"]))
            async with pools["budget"].acquire() as connection:
                await configuration_store.fill_price_book(connection, load_price_book())
            for step in forwards:
                await world.step(*step)
            world.devices = await _shelve(pools["register"])
            for step in played:
                await world.step(*step)
                await world.check()
            await world.settle()
        finally:
            for pool in pools.values():
                await pool.close()
            await embedded_postgres.drop_database(name)

    with asyncio.Runner() as runner:
        runner.run(play())


async def _devices(register: Pool) -> dict[str, UUID]:
    records = [
        asset(
            f"S{place}",
            place,
            START,
            kind=Kind.LAPTOP,
            state=DeviceState.DEPLOYED,
            unit=unit,
            holder_email=email_of(who),
        )
        for place, (who, _, unit) in enumerate(PEOPLE)
    ]
    await deliver(register, RegisterConsumer().apply, records)
    return await _by_serial(register)


async def _shelve(register: Pool) -> dict[str, UUID]:
    """Later three come into stock; before, there was nothing to approve from."""
    for place in range(3):
        bought = date(2024, 11, 20) if place == 2 else date(2024, 1, 2)
        await shelve(register, f"STOCK{place}", 10 + place, purchased_on=bought)
    return await _by_serial(register)


async def _by_serial(register: Pool) -> dict[str, UUID]:
    return {row["serial"]: row["device_id"] for row in await register.fetch("SELECT serial, device_id FROM devices")}


def _status(told: Event) -> str:
    """Where an event says that a request stands."""
    if isinstance(told, RequestApproved):
        return "approved" if told.data.successor_device_id is None else "allocated"
    return "refused" if isinstance(told, RequestRefused) else str(told.data.status)
