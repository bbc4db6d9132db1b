"""Custody's consumer. Delivery: at least once, effect once (inbox); any order.

A device that the register tells is returned comes into custody; what device management tells of wipes moves it on.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events.mdm import DeviceCommandProgressed
from schemas.events.register import DeviceChanged, DeviceWipeTold
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing

Heard = DeviceChanged | DeviceCommandProgressed | DeviceWipeTold


class CustodyConsumer:
    """Writes what was heard."""

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> list[Outgoing]:
        """Write what `events` mean, and answer the events that follow."""
        return []
