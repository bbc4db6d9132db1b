"""Socket Mode: Slack reached through a websocket of ours. A watchdog reopens a session found closed.

The client reconnects by itself, but not always: a session can stay closed while its monitor believes otherwise.
"""

from __future__ import annotations

import asyncio
import time

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from services.lifecycle import OwnedTasks

CONNECT_SECONDS = 30.0
LOOK_SECONDS = 2.0
CLOSED_TOO_LONG = 10.0
NOT_READY_AFTER = 30.0

log = structlog.stdlib.get_logger()


class SocketModeFront:
    """Holds one connection open."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app = app
        self._app_token = app_token
        self._tasks = OwnedTasks("socket mode")
        self._handler: AsyncSocketModeHandler | None = None
        self._closed_since: float | None = None

    async def start(self) -> None:
        """Connect. Raises TimeoutError if Slack cannot be reached."""
        self._handler = AsyncSocketModeHandler(self._app, self._app_token)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._handler.client.connect_to_new_endpoint()
        except BaseException:
            await self.stop()
            raise
        self._tasks.start(self._watch(self._handler), "watchdog")

    async def stop(self) -> None:
        """Disconnect."""
        await self._tasks.stop()
        if self._handler is not None:
            client = self._handler.client
            owned = (client.message_processor, client.current_session_monitor, client.message_receiver)
            await client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
            await client.aiohttp_client_session.close()
            # The client cancels its tasks without waiting for them.
            await asyncio.gather(*(task for task in owned if task is not None), return_exceptions=True)
            self._handler = None

    def ready(self) -> bool:
        """True while connected, or closed for less than half a minute."""
        if self._handler is None or self._tasks.failed.is_set():
            return False
        return self._closed_since is None or time.monotonic() - self._closed_since < NOT_READY_AFTER

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await handler.client.is_connected():
                self._closed_since = None
                continue
            now = time.monotonic()
            self._closed_since = self._closed_since or now
            if now - self._closed_since >= CLOSED_TOO_LONG:
                log.warning("the socket was found closed and is opened again")
                await self._reopen(handler)

    async def _reopen(self, handler: AsyncSocketModeHandler) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await handler.client.connect_to_new_endpoint(force=True)
        except Exception as error:
            log.warning("the socket could not be opened yet", error=repr(error))
