"""A poller on a real database, for a source's own tests: it does not sleep, and notes how long it would have."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import msgspec

from services.clock import FixedClock
from services.database.pool import Pool
from services.intake import store
from services.intake.admission import Receipt
from services.intake.measures import LastWords
from services.intake.polling.feeds import Feed
from services.intake.polling.poller import Poller
from services.intake.polling.vendor_http import Credentials, Vendor
from tests.sources.door import UNITS
from tests.unit.intake.context import NOW


class Polled:
    """Polls feeds with these credentials."""

    def __init__(self, pool: Pool, session: aiohttp.ClientSession, credentials: Credentials) -> None:
        self._pool = pool
        self._vendor = Vendor(session, credentials, self._sleep, chance=lambda: 1.0)
        self.slept: list[float] = []

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def poll(self, feed: Feed) -> list[Receipt]:
        """Read a feed once, to its end, as after a start."""
        clock = FixedClock(NOW)
        last_words = LastWords(clock, {feed.kind.source})
        poller = Poller(feed, self._vendor, lambda: self._pool, clock, UNITS, last_words, 60.0, self._sleep)
        return await poller.poll()

    async def position(self, feed: Feed) -> Any:
        """How far the feed was read."""
        async with self._pool.acquire() as connection:
            return await store.position(connection, feed.name)

    async def events(self) -> list[dict[str, Any]]:
        """What became safe, in order."""
        rows = await self._pool.fetch("SELECT event FROM outbox ORDER BY transaction, position")
        return [msgspec.json.decode(row["event"]) for row in rows]
