"""Who held a device last is forgotten some time after its record has ended. The chain does not name them, and holds."""

from __future__ import annotations

from datetime import timedelta

from services.clock import Clock
from services.custody.rules.disposal import DisposalPolicy
from services.custody.store import SQL
from services.database.pool import Connection


class ForgetsPeople:
    """Forgets last holders. Who acted stays in the chain: that is what it is for."""

    def __init__(self, policy: DisposalPolicy, clock: Clock) -> None:
        self._keep = timedelta(days=policy.last_holder.kept_days)
        self._clock = clock

    async def __call__(self, connection: Connection) -> int:
        """Forget some of what is due; how many records that were."""
        return len(await connection.fetch(SQL["forget_last_holders"], self._clock.now() - self._keep))
