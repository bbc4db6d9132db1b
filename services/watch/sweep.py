"""The sweep: time passes, windows move on, years end, snoozes end, thresholds are edited, and no event tells of it.

Safe to run anywhere, any number of times: replicas take turns by the evaluation lock, and judging the same facts
twice tells nothing twice.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import structlog

from services.clock import Clock
from services.database.pool import TEMPORARY_ERRORS, Pool
from services.eventlog import outbox
from services.watch import store
from services.watch.evaluation import EVERYTHING, Evaluation, wake

IDLE_EVERY = timedelta(hours=1)
"""Who is idle is a matter of weeks, and to count them all devices are read."""

log = structlog.stdlib.get_logger()


class Sweep:
    """Judges everything now and then."""

    def __init__(self, evaluation: Evaluation, clock: Clock, pool: Pool) -> None:
        self._evaluation = evaluation
        self._clock = clock
        self._pool = pool
        self._idle_judged_at: datetime | None = None

    async def run(self) -> int:
        """Judge everything once, but idle devices once an hour, and wake what has slept long enough; answers how many
        changes of alerts are told.

        Does nothing while another replica judges.
        """
        now = self._clock.now()
        idle = self._idle_judged_at is None or now - self._idle_judged_at >= IDLE_EVERY
        async with self._pool.acquire() as connection, connection.transaction():
            if not await store.try_evaluation(connection):
                return 0
            outgoing = await self._evaluation.judge(connection, now, dataclasses.replace(EVERYTHING, idle=idle))
            # What was just cleared, or woken because it grew worse, need not be woken.
            outgoing += await wake(connection, now)
            await outbox.append(connection, outgoing)
        if idle:
            self._idle_judged_at = now
        return len(outgoing)

    async def run_on_timer(self) -> None:
        """`run` for a timer: what fails now is done by the next run."""
        try:
            await self.run()
        except TEMPORARY_ERRORS as error:
            log.warning("sweep is tried again later", error=repr(error))
        except Exception:
            log.exception("sweep failed")
