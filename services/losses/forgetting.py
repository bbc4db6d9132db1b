"""Losses that ended long ago name nobody any more: policy says how long insurers, the police and auditors may ask."""

from __future__ import annotations

from services.clock import Clock
from services.database.pool import Connection
from services.losses.rules.guards import Policy
from services.losses.store import SQL

FORGOTTEN = "forgotten"
"""Stands for whoever it was."""


class ForgetsPeople:
    """Forgets who held, reported and ended losses, and what they said. What became of the device stays."""

    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    async def __call__(self, connection: Connection) -> int:
        """Forget some of what is due; how many losses that were."""
        before = self._policy.people_forgotten_before(self._clock.now())
        return len(await connection.fetch(SQL["forget_people"], before, FORGOTTEN))
