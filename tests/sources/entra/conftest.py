"""A Graph, an intake that it reaches, and whoever reads the one for the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.clock import FixedClock
from services.intake import store
from services.intake.measures import LastWords
from services.intake.polling.bearer_tokens import BearerTokens
from services.intake.polling.poller import Poller
from services.intake.polling.vendor_http import Sleep, Vendor
from services.intake.sources.entra.feeds import GroupFeed, UserFeed
from services.intake.sources.entra.keeper import SubscriptionKeeper
from services.intake.sources.entra.subscriptions import Wanted
from tests.sources.door import UNITS, Door
from tests.sources.entra.stand_in import GraphStandIn
from tests.unit.intake.context import NOW

PATH = "/sources/entra/notifications"
USERS, GROUPS, SUBSCRIPTIONS = "entra/users", "entra/groups", "entra/subscriptions"


class Bench:
    """The reader's side: pollers and keepers on one clock, and what they have written."""

    def __init__(self, door: Door, graph: GraphStandIn) -> None:
        self.door = door
        self.graph = graph
        self.clock = FixedClock(NOW)
        self.slept: list[float] = []
        self.address = door.base + PATH

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def vendor(self) -> Vendor:
        tokens = BearerTokens(
            self.door.session, f"{self.graph.base}/tenant/oauth2/v2.0/token", "client", "hush", "scope"
        )
        return Vendor(self.door.session, tokens, self.sleep, chance=lambda: 1.0)

    def poller(self, feed: UserFeed | GroupFeed | None = None, sleep: Sleep | None = None) -> Poller:
        feed = feed or UserFeed(self.graph.base, departments=True)
        words = LastWords(self.clock, {"entra"})
        pool = self.door.pool
        return Poller(
            feed, self.vendor(), lambda: pool, self.clock, UNITS, words, 300.0, sleep or self.sleep, wakeable=True
        )

    def keeper(self, state: str = "nwh-graph-secret-1", address: str | None = None) -> SubscriptionKeeper:
        wanted = [Wanted(USERS, "users"), Wanted(GROUPS, "groups")]
        return SubscriptionKeeper(
            self.graph.base,
            address or self.address,
            state,
            wanted,
            self.vendor(),
            lambda: self.door.pool,
            self._real_now,
            self.sleep,
        )

    def _real_now(self) -> datetime:
        return self.graph.now

    async def told(self) -> list[tuple[str, bool, str | None, str | None, bool]]:
        """What was said of people so far, in order: id, active, e-mail, unit, removed."""
        events = [event["data"] for event in await self.door.outbox()]
        return [tuple(each[name] for name in ("person_id", "active", "email", "unit", "removed")) for each in events]

    async def told_by(self, poller: Poller) -> list[tuple[str, bool, str | None, str | None, bool]]:
        """What one poll, a minute later than the last, adds to that."""
        before = len(await self.told())
        self.clock.advance(timedelta(minutes=1))
        await poller.poll()
        return (await self.told())[before:]

    async def position(self, feed: str = USERS) -> Any:
        async with self.door.pool.acquire() as connection:
            return await store.position(connection, feed)

    async def woken(self) -> dict[str, bool]:
        rows = await self.door.pool.fetch("SELECT feed, whole FROM wakes")
        return {row["feed"]: row["whole"] for row in rows}


@pytest.fixture
async def graph() -> AsyncIterator[GraphStandIn]:
    stand_in = GraphStandIn(NOW)
    for number in range(1, 8):
        stand_in.person(f"p{number}", mail=f"P{number}@northwind.example", department="Central West", displayName="X")
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def bench(door: Door, graph: GraphStandIn) -> Bench:
    return Bench(door, graph)
