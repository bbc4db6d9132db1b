"""Workers that carry what waits in a table to another system, and how fast and how patiently they do."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from services.database.pool import TEMPORARY_ERRORS
from services.lifecycle import OwnedTasks
from services.outbound.pauses import backoff

_DATABASE_FAULTS: tuple[type[BaseException], ...] = (*TEMPORARY_ERRORS, asyncpg.PostgresError)

log = structlog.stdlib.get_logger()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast and how patiently. All in real seconds; `lease` is longer than `attempt`."""

    workers: int = 3
    idle: float = 1.0
    attempt: float = 60.0
    lease: float = 90.0
    first_pause: float = 1.0
    longest_pause: float = 300.0
    longest_closed: float = 30.0
    """Longest pause of everything after a fault, unless the other side asks for more: it may lie with one row alone."""
    parked: float = 86_400.0
    unauthorised: float = 300.0
    """Pause after our credentials were refused: many such attempts would lock the account."""
    measure_every: float = 15.0


USUAL_PACE = Pace()


class Workers:
    """Runs `send_next` for as long as it finds something, then waits to be woken; `measure` every so often."""

    def __init__(
        self,
        owner: str,
        pace: Pace,
        send_next: Callable[[], Awaitable[bool]],
        measure: Callable[[], Awaitable[None]],
        chance: Callable[[], float],
    ) -> None:
        self._owner = owner
        self._pace = pace
        self._send_next = send_next
        self._measure = measure
        self._chance = chance
        self._tasks = OwnedTasks(owner)
        self._wake = asyncio.Event()
        self._closed_until = 0.0

    async def start(self) -> None:
        """Begin in the background."""
        for number in range(self._pace.workers):
            self._tasks.start(self._run(), f"send {number}")
        self._tasks.start(self._keep_measuring(), "measure")

    async def stop(self) -> None:
        """Stop all of them."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while every worker lives."""
        return not self._tasks.failed.is_set()

    def wake(self) -> None:
        """Something was written: look now instead of at the next look-round."""
        self._wake.set()

    def close(self, seconds: float) -> None:
        """Nobody begins anything for so long."""
        until = asyncio.get_running_loop().time() + seconds
        self._closed_until = max(self._closed_until, until)

    def pause_after(self, tries: int) -> float:
        """Seconds to wait after so many tries in vain."""
        return backoff(tries, self._chance, first=self._pace.first_pause, longest=self._pace.longest_pause)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                if (closed := self._closed_until - loop.time()) > 0:
                    await asyncio.sleep(closed)
                elif await self._send_next():
                    continue
            except _DATABASE_FAULTS as error:
                log.warning("sender starts over", owner=self._owner, error=repr(error))
            try:
                async with asyncio.timeout(self._pace.idle):
                    await self._wake.wait()
                self._wake.clear()
            except TimeoutError:
                pass

    async def _keep_measuring(self) -> None:
        while True:
            try:
                await self._measure()
            except _DATABASE_FAULTS as error:
                log.warning("what waits is counted later", owner=self._owner, error=repr(error))
            await asyncio.sleep(self._pace.measure_every)
