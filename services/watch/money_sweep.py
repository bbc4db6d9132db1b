"""The sweep of money: asks the budget now and then, for a forecast changes with the day as much as with a posting.

One transaction at one moment (repeatable read), so that what is posted meanwhile cannot part a line from its kinds.
It takes the same lock as every other judging. The statement that asks for that lock also fixes the moment, so another
replica may have told something in between; then the row of that alert was changed since our moment, PostgreSQL refuses
ours as not serialisable, nothing of it is kept, and the next run sees it.
"""

from __future__ import annotations

import structlog

from schemas.events.alert import Alert
from services.clock import Clock
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.eventlog import outbox
from services.watch import store
from services.watch.evaluation import tell
from services.watch.money import MoneyJudge

log = structlog.stdlib.get_logger()


class MoneySweep:
    """Judges money now and then."""

    def __init__(self, judge: MoneyJudge, clock: Clock, pool: Pool) -> None:
        self._judge = judge
        self._clock = clock
        self._pool = pool

    async def run(self) -> int:
        """Judge once; answers how many alerts changed. Does nothing while another replica judges."""
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            return await self._run(connection) if await store.try_evaluation(connection) else 0

    async def _run(self, connection: Connection) -> int:
        now = self._clock.now()
        lives: dict[str, Alert] = {}
        verdicts = await self._judge.judge(connection, now, lives)
        outgoing = await tell(connection, now, verdicts, lives)
        await outbox.append(connection, outgoing)
        return len(outgoing)

    async def run_on_timer(self) -> None:
        """`run` for a timer: what fails now is done by the next run."""
        try:
            await self.run()
        except TEMPORARY_ERRORS as error:
            log.warning("the sweep of money is tried again later", error=repr(error))
        except Exception:
            log.exception("the sweep of money failed")
