"""Mdm's consumer. Delivery: at least once, effect once (inbox); any order.

Losses and custody records say which command is wanted, and which no longer.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events.custody import CustodyMoved
from schemas.events.loss import LossMoved
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing

Heard = CustodyMoved | LossMoved


class MdmConsumer:
    """Writes what was heard."""

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> list[Outgoing]:
        """Write what `events` mean, and answer the events that follow."""
        return []
