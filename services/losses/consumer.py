"""Losses's consumer. Delivery: at least once, effect once (inbox); any order.

What device management did with our commands, and what the register tells of a lost device, moves its loss on.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events.mdm import DeviceCommandProgressed
from schemas.events.register import DeviceChanged, DeviceWipeTold
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing

Heard = DeviceChanged | DeviceCommandProgressed | DeviceWipeTold


class LossesConsumer:
    """Writes what was heard."""

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> list[Outgoing]:
        """Write what `events` mean, and answer the events that follow."""
        return []
