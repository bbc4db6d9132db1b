"""Nothing keeps people's data for ever: every service forgets what its settled dead letters held, after a while, and
whatever else of people its policy does not let it keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from services.clock import SystemClock
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.eventlog import dead_letters
from services.lifecycle import OwnedTasks

LOOK_SECONDS = 3600.0

Forgets = Callable[[Connection], Awaitable[int]]
"""Forgets what of people a service's policy does not let it keep; how many rows that were."""

log = structlog.stdlib.get_logger()


class Forgetting:
    """Looks round every hour. `pool` looks in the service's schema; `keep` counts in real time, as letters do. `people`
    is what the service has to forget beside its letters.
    """

    def __init__(
        self,
        service: str,
        pool: Pool,
        keep: timedelta,
        *,
        people: Forgets | None = None,
        every_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._service = service
        self._pool = pool
        self._keep = keep
        self._people = people
        self._every_seconds = every_seconds
        self._tasks = OwnedTasks(f"{service} forgetting")

    async def start(self) -> None:
        """Begin looking."""
        self._tasks.start(self._run(), "forget")

    async def stop(self) -> None:
        """Stop looking."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while it looks."""
        return not self._tasks.failed.is_set()

    async def _run(self) -> None:
        while True:
            try:
                if forgotten := await self.forget():
                    log.info("settled dead letters were emptied", service=self._service, letters=forgotten)
                if people := await self.forget_people():
                    log.info("people were forgotten", service=self._service, rows=people)
            except TEMPORARY_ERRORS as error:
                log.warning("dead letters are forgotten later", service=self._service, error=repr(error))
            await asyncio.sleep(self._every_seconds)

    async def forget_people(self) -> int:
        """Forget what the service's policy does not let it keep of people; how many rows that were."""
        if self._people is None:
            return 0
        async with self._pool.acquire() as connection, connection.transaction():
            return await self._people(connection)

    async def forget(self) -> int:
        """Forget all that is due, in sets; how many letters that were."""
        before = SystemClock().now() - self._keep
        forgotten = 0
        while True:
            async with self._pool.acquire() as connection:
                some = await dead_letters.forget(connection, before)
            forgotten += some
            if some < dead_letters.FORGET_AT_ONCE:
                return forgotten
