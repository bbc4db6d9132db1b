"""Reading what lies in stock. For `queries`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "shelf_queries.sql")


class OnShelf(msgspec.Struct, frozen=True, kw_only=True):
    """A device in stock that goes by a serial number."""

    device_id: UUID
    serial: str
    model: str | None
    purchased_on: date | None


async def shelf(
    connection: Connection,
    kind: Kind,
    *,
    but_not: Collection[UUID] = (),
    bought_since: date | None = None,
    limit: int = 1,
) -> list[OnShelf]:
    """Devices of a kind in stock, the newest first, without those spoken for. For services: stock is of no unit."""
    rows = await connection.fetch(SQL["shelf"], kind, list(but_not), bought_since, limit)
    return [OnShelf(**dict(row)) for row in rows]
