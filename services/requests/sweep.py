"""The clock's part in requests: a decision nobody takes goes to the next manager above, and who should confirm, check
or hand back is reminded.

Each request is taken by one replica at a time, which passes over those that another holds. What was done and when the
clock comes again are one transaction with the event that tells it, so that after a crash nobody is told twice.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from services.access.directory import Directory
from services.clock import Clock, london_date
from services.database.pool import TEMPORARY_ERRORS, Pool
from services.eventlog import outbox
from services.lifecycle import OwnedTasks
from services.machines import Actor
from services.requests import delivery_store, moving, store, waves
from services.requests.delivery_store import Chased
from services.requests.facts import answers
from services.requests.moving import Move
from services.requests.rules.escalating import next_above
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause
from services.requests.rules.patience import CLOCKED, Patience
from services.requests.store import Held

CHUNK = 200
LOOK_SECONDS = 5.0
RETRY_SECONDS = 10.0
WHO = "quartermaster/requests"

log = structlog.stdlib.get_logger()


class WaitingSweep:
    """Looks now and then whom was waited for long enough."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory, patience: Patience) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory
        self._patience = patience
        self._tasks = OwnedTasks("requests sweep")

    async def start(self) -> None:
        """Begin looking."""
        self._tasks.start(self._run(), "sweep")

    async def stop(self) -> None:
        """Stop; a chunk under way is rolled back, and taken by whoever sweeps next."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while the sweeping task lives."""
        return not self._tasks.failed.is_set()

    async def _run(self) -> None:
        while True:
            try:
                await self.sweep()
                await asyncio.sleep(LOOK_SECONDS)
            except TEMPORARY_ERRORS as error:
                log.warning("sweep is tried again", error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def sweep(self) -> int:
        """Do all that is due; how many requests were handed on, their people reminded, or their waves found ordered."""
        done = await self._catch_up(self._clock.now())
        while (moved := await self._chunk(self._clock.now())) is not None:
            done += moved
        return done

    async def _catch_up(self, now: datetime) -> int:
        """One transaction: requests whose wave was ordered while nobody heard."""
        async with self._pool.acquire() as connection, connection.transaction():
            told = await waves.catch_up(connection, now)
            await outbox.append(connection, told)
            return len(told)

    async def _chunk(self, now: datetime) -> int | None:
        """One transaction; None once nothing is due that nobody else holds."""
        decision, person = (
            timedelta(days=days) for days in (self._patience.escalate_after, self._patience.remind_after)
        )
        async with self._pool.acquire() as connection, connection.transaction():
            ids = await delivery_store.waited_too_long(connection, now, decision, person, CHUNK)
            if not ids:
                return None
            moves: list[Move] = []
            chased: list[Chased] = []
            for held in (await store.lock_requests(connection, ids)).values():
                move, after = self._act(held, now)
                chased.append(after)
                if move is not None:
                    moves.append(move)
            told = await moving.take(connection, moves) if moves else []
            await delivery_store.chased(connection, now, chased)
            await outbox.append(connection, told)
            return len(moves)

    def _act(self, held: Held, now: datetime) -> tuple[Move | None, Chased]:
        cause, wait = CLOCKED[held.status], self._patience.waits(held.status)
        assert wait is not None, "what the clock looks at has its time"
        step = MACHINE.step(held.status, cause, [Actor.CLOCK], answers(held, waited_long_enough=True))
        approver = self._next_above(held) if cause is Cause.ESCALATE else None
        if step is None or (cause is Cause.ESCALATE and approver is None):
            return None, Chased(held.request_id, now + wait, 0, None)
        return Move(held, step, now, self._words(held, approver, now), WHO), Chased(
            held.request_id, now + wait, 1, approver
        )

    def _next_above(self, held: Held) -> str | None:
        never = (held.requester_email, held.for_whom)
        return next_above(held.approver_email, held.unit, never, self._directory)

    def _words(self, held: Held, approver: str | None, now: datetime) -> str:
        if approver is not None:
            person = self._directory.person(approver)
            return f"Nobody has decided yet; {person.name if person else approver} is asked now"
        if self._patience.is_overdue(held.return_due_on, london_date(now)):
            return "Reminded: the old device is overdue, and the manager is told"
        return "Reminded"
