"""Knows which listeners are at work, so that a stop waits for them: bolt starts them and lets go."""

from __future__ import annotations

import asyncio

import structlog
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

DRAIN_SECONDS = 5.0

log = structlog.stdlib.get_logger()


class Underway(AsyncListenerStartHandler):
    """Bolt calls `handle` before every listener; whoever sees it end calls `ended`."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """One more."""
        self._count += 1
        self._none.clear()

    def ended(self) -> None:
        """One less."""
        self._count -= 1
        if self._count == 0:
            self._none.set()

    async def drain(self, deadline: float = DRAIN_SECONDS) -> None:
        """Wait until none is at work. An event cut off after `deadline` seconds is taken up again by the next start."""
        try:
            async with asyncio.timeout(deadline):
                await self._none.wait()
        except TimeoutError:
            log.warning("listeners were cut off", listeners=self._count)
