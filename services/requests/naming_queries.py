"""Reading which requests there are about a device, or of a person, by number. For `queries`."""

from __future__ import annotations

from uuid import UUID

from services.database.pool import Connection
from services.database.statements import load_statements

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
