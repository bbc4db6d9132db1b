"""Reading what waits on people for long, counted for a whole organisation. For `queries`, and through it for watch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.database.pool import Connection
from services.database.statements import load_statements
from services.requests.rules.machine import Status

SQL = load_statements(__file__, "waiting_queries.sql")
NAMED = 3
"""How many of those that wait are named."""


class DecisionsWaiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for one person's decision. `longest` are R-numbers, the longest waiting first."""

    email: str
    number: int
    oldest_at: datetime
    longest: tuple[str, ...]


class DeliveriesWaiting(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in one state and nobody has moved on. `longest` are R-numbers, the longest waiting first."""

    status: Status
    number: int
    oldest_at: datetime
    longest: tuple[str, ...]


async def decisions_waiting(connection: Connection, before: datetime) -> list[DecisionsWaiting]:
    """What has waited on the person who is to decide now since a moment or longer, by person. For services.

    Time that it waited on others, before it was handed on, does not count.
    """
    rows = await connection.fetch(SQL["decisions_waiting"], before, NAMED)
    return [msgspec.convert(dict(row), DecisionsWaiting) for row in rows]


async def deliveries_waiting(connection: Connection, before: Mapping[Status, datetime]) -> list[DeliveriesWaiting]:
    """What has stood in these states since each one's moment or longer, by state. For services."""
    rows = await connection.fetch(SQL["deliveries_waiting"], list(before), list(before.values()), NAMED)
    return [msgspec.convert(dict(row), DeliveriesWaiting) for row in rows]
