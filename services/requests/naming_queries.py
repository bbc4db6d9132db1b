"""Reading which requests there are about devices, or of a person, by number. For `queries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from services.database.pool import Connection
from services.database.statements import load_statements
from services.requests.rules.machine import OPEN

SQL = load_statements(__file__, "naming_queries.sql")
MOST = 200


async def requests_about(connection: Connection, device_id: UUID) -> dict[UUID, str]:
    """Requests that replace a device, ask for it back or are served by it: id → R-number, the newest. For whoever sees
    all units.
    """
    rows = await connection.fetch(SQL["requests_about"], device_id, MOST)
    return {row["request_id"]: row["reference"] for row in rows}


async def requests_of(connection: Connection, email: str) -> dict[UUID, str]:
    """Requests that somebody raised or that are for them: id → R-number, the newest. For whoever sees all units."""
    rows = await connection.fetch(SQL["requests_of"], email.lower(), MOST)
    return {row["request_id"]: row["reference"] for row in rows}


class AskedBefore(msgspec.Struct, frozen=True, kw_only=True):
    """What stands of a device: its open request, and when its holder last said that they still need it."""

    device_id: UUID
    reference: str | None
    kept_at: datetime | None


async def asked_before(connection: Connection, devices: Sequence[UUID]) -> dict[UUID, AskedBefore]:
    """Of these devices, which the caller sees, those that have an open request or were asked for in vain."""
    rows = await connection.fetch(SQL["asked_before"], devices, list(OPEN))
    return {row["device_id"]: AskedBefore(**dict(row)) for row in rows}
