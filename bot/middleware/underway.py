"""Knows which listeners are at work, for bolt starts them and lets go.

A stop waits for them, and nobody takes up what one of them is still doing.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.middleware.once import KEY

DRAIN_SECONDS = 5.0

log = structlog.stdlib.get_logger()


class Underway(AsyncListenerStartHandler):
    """Bolt calls `handle` before every listener; whoever sees it end calls `ended`."""

    def __init__(self) -> None:
        self._count = 0
        self._deliveries: Counter[str] = Counter()
        self._none = asyncio.Event()
        self._none.set()

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """One more."""
        self._count += 1
        self._none.clear()
        if key := request.context.get(KEY):
            self._deliveries[key] += 1

    def deliveries(self) -> list[str]:
        """The keys of the deliveries that are being dealt with here."""
        return list(self._deliveries)

    def ended(self, key: str | None) -> None:
        """One less."""
        self._count -= 1
        if key:
            self._deliveries -= Counter([key])
        if self._count == 0:
            self._none.set()

    async def drain(self, deadline: float = DRAIN_SECONDS) -> None:
        """Wait until none is at work. What is kept and is cut off after `deadline` seconds is taken up again."""
        try:
            async with asyncio.timeout(deadline):
                await self._none.wait()
        except TimeoutError:
            log.warning("listeners were cut off", listeners=self._count)
