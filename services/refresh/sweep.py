"""The daily sweep: lets time pass over the queue.

Why a sweep and not a reckoning at read time: an entry's coming, its score and a unit's ageing are also events that
others act on, so they must be written when they happen, not when somebody looks. Every judgement carries the first
day on which it could differ, so a day's sweep reads only those whose day has come. A policy that came into force reads
all, within a second or so of its adoption, whoever adopted it; one that comes while a sweep runs begins it anew.
What "overdue" means is left to the reader's own day: queries compare `due_on` with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import structlog

from services.clock import Clock, london_date
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.eventlog import outbox
from services.lifecycle import OwnedTasks
from services.refresh import placements, store
from services.refresh.judgement import judge
from services.refresh.policy_store import InForce, Policies
from services.refresh.store import SQL

CHUNK = 2000
LOOK_SECONDS = 1.0
RETRY_SECONDS = 2.0
BEFORE_ALL = UUID(int=0)

log = structlog.stdlib.get_logger()


class _AnotherPolicyError(Exception):
    """A policy came into force while a sweep ran by the one before."""


class DailySweep:
    """Sweeps at start, whenever London's date changes and for each new policy, one replica at a time."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._policies = Policies()
        self._clock = clock
        self._tasks = OwnedTasks("refresh sweep")
        self.swept_for: date | None = None
        """The last day this process swept for, or found swept."""
        self._swept_by: str | None = None

    async def start(self) -> None:
        """Begin watching the date."""
        self._tasks.start(self._run(), "sweep")

    async def stop(self) -> None:
        """Stop; a chunk under way is rolled back and done again by whoever sweeps next."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while the sweeping task lives."""
        return not self._tasks.failed.is_set()

    async def _run(self) -> None:
        while True:
            try:
                if await self._has_cause():
                    await self.sweep()
                await asyncio.sleep(LOOK_SECONDS)
            except _AnotherPolicyError:
                log.info("another policy came into force; the sweep begins anew")
            except TEMPORARY_ERRORS as error:
                log.warning("sweep is tried again", error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _has_cause(self) -> bool:
        if london_date(self._clock.now()) != self.swept_for:
            return True
        async with self._pool.acquire() as connection:
            return (await self._policies.in_force(connection)).stamp != self._swept_by

    async def sweep(self) -> int:
        """Sweep for today unless it was done; returns how many devices were judged. Another replica's turn: 0."""
        today = london_date(self._clock.now())
        async with self._pool.acquire() as connection:
            if not await connection.fetchval(SQL["sweep_lock"]):
                return 0
            try:
                in_force = await self._policies.in_force(connection)
                if await self._policies.stamp(connection) != in_force.stamp:
                    self.swept_for = today  # only a newer release can read that policy, and it sweeps
                    return 0
                judged = await self._sweep(connection, today, in_force)
            finally:
                await connection.execute(SQL["sweep_unlock"])
        self.swept_for, self._swept_by = today, in_force.stamp
        return judged

    async def _sweep(self, connection: Connection, today: date, in_force: InForce) -> int:
        last = await connection.fetchrow(SQL["last_sweep"])
        same_policy = last is not None and last["fingerprint"] == in_force.stamp
        if last is not None and same_policy and last["swept_on"] == today:
            return 0
        # A clock set back makes judgements of days that are yet to come: all are looked at again.
        everything = last is None or not same_policy or last["swept_on"] > today
        judged, after = await self._free_closed(connection, today, in_force), BEFORE_ALL
        while devices := await self._next(connection, after, today, everything=everything):
            await self._judge(connection, devices, (), today, in_force)
            judged, after = judged + len(devices), devices[-1]
        judged += await self._judge_without_facts(connection, today, in_force)
        async with connection.transaction():
            await store.take_turn(connection)
            await placements.let_go(connection)
        await connection.execute(SQL["swept"], today, in_force.stamp)
        version = in_force.policy.policy.version
        log.info("swept", date=str(today), judged=judged, everything=everything, policy=version)
        return judged

    async def _free_closed(self, connection: Connection, today: date, by: InForce) -> int:
        """Devices whose request was closed stand in the queue for themselves again, if they are still in use."""
        async with connection.transaction():
            await store.take_turn(connection)
            if await self._policies.in_force(connection) != by:
                raise _AnotherPolicyError
            closed = await connection.fetch(SQL["end_closed"], today)
            devices = list(dict.fromkeys(row["device_id"] for row in closed if row["device_id"] is not None))
            cause, now = f"sweep/{today}/{by.stamp}/closed", self._clock.now()
            await outbox.append(connection, await judge(connection, devices, (), {}, by.policy, now, lambda _: cause))
        return len(devices)

    async def _next(self, connection: Connection, after: UUID, today: date, *, everything: bool) -> list[UUID]:
        if everything:
            rows = await connection.fetch(SQL["next_of_all"], after, CHUNK)
        else:
            rows = await connection.fetch(SQL["next_of_turned"], after, CHUNK, today)
        return [row["device_id"] for row in rows]

    async def _judge_without_facts(self, connection: Connection, today: date, in_force: InForce) -> int:
        rows = await connection.fetch(SQL["entries_without_facts"])
        devices = [row["device_id"] for row in rows if row["device_id"] is not None]
        requests = [row["entry_id"] for row in rows if row["device_id"] is None and row["demand_id"] is None]
        demands = [row["entry_id"] for row in rows if row["demand_id"] is not None]
        for start in range(0, len(devices), CHUNK):
            await self._judge(connection, devices[start : start + CHUNK], (), today, in_force)
        for start in range(0, len(requests), CHUNK):
            await self._judge(connection, (), requests[start : start + CHUNK], today, in_force)
        for start in range(0, len(demands), CHUNK):
            await self._judge(connection, (), (), today, in_force, demands[start : start + CHUNK])
        return len(rows)

    async def _judge(
        self,
        connection: Connection,
        devices: Sequence[UUID],
        requests: Sequence[UUID],
        today: date,
        by: InForce,
        demands: Sequence[UUID] = (),
    ) -> None:
        cause = f"sweep/{today}/{by.stamp}"
        async with connection.transaction():
            await store.take_turn(connection)
            if await self._policies.in_force(connection) != by:
                raise _AnotherPolicyError
            outgoing = await judge(
                connection, devices, requests, {}, by.policy, self._clock.now(), lambda _: cause, demands
            )
            await outbox.append(connection, outgoing)
