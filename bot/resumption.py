"""Takes up again what Slack delivered and a crash left unfinished, and forgets what is long finished."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http import HTTPStatus

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.middleware.once import KEY, RESUMED
from bot.middleware.underway import Underway
from bot.received import Received
from services.database.pool import TEMPORARY_ERRORS
from services.lifecycle import OwnedTasks

UNFINISHED_AFTER = timedelta(seconds=30)
LOOK_SECONDS = 10.0
PRUNE_EVERY = 360

log = structlog.stdlib.get_logger()


class Resumption:
    """Looks round every few seconds."""

    def __init__(
        self, app: AsyncApp, received: Received, underway: Underway, *, unfinished_after: timedelta = UNFINISHED_AFTER
    ) -> None:
        self._app = app
        self._received = received
        self._underway = underway
        self._after = unfinished_after
        self._tasks = OwnedTasks("bot resumption")

    async def start(self) -> None:
        """Begin looking."""
        self._tasks.start(self._run(), "resume")

    async def stop(self) -> None:
        """Stop looking."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while it looks."""
        return not self._tasks.failed.is_set()

    async def _run(self) -> None:
        rounds = 0
        while True:
            try:
                await self.resume()
                if rounds % PRUNE_EVERY == 0:
                    await self._received.prune()
            except TEMPORARY_ERRORS as error:
                log.warning("unfinished deliveries are looked for again", error=repr(error))
            rounds += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def resume(self) -> int:
        """Hand every unfinished delivery to its listener again; how many there were."""
        # What takes long is not unfinished: while a listener here is at work on it, no process takes it up.
        at_work = self._underway.deliveries()
        await self._received.hold(at_work)
        taken = await self._received.take_unfinished(self._after, at_work)
        for key, body in taken:
            log.warning("an unfinished delivery is taken up again", delivery=key)
            # Its signature was checked when it came; `socket_mode` says that there is none to check now.
            request = AsyncBoltRequest(mode="socket_mode", body=body, headers={}, context={KEY: key, RESUMED: True})
            answered = await self._app.async_dispatch(request)
            if answered.status == HTTPStatus.NOT_FOUND and key not in self._underway.deliveries():
                # No listener is for it, such as for a button of an older version, nor will be: it is not kept for days.
                await self._received.finish(key)
        return len(taken)
