"""Reading the numbers under which losses and custody speak of a device. For `queries`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "naming_queries.sql")


async def records_of(connection: Connection, device_id: UUID) -> dict[UUID, str]:
    """The losses and custody records of a device: id → L-number or C-number. For whoever sees all units."""
    return {row["record_id"]: row["reference"] for row in await connection.fetch(SQL["records_of"], device_id)}


async def reported_gone(connection: Connection, devices: Sequence[UUID]) -> dict[UUID, str]:
    """Of these devices, which the caller sees, those that are lost or stolen and not found: id → L-number."""
    rows = await connection.fetch(SQL["reported_gone"], devices)
    return {row["device_id"]: row["reference"] for row in rows}
