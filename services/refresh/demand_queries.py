"""What others may read of demand that planners foresee."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import BauCause, Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "demand_queries.sql")
MOST = 200


class DemandView(msgspec.Struct, frozen=True, kw_only=True):
    """A planned demand, and how its entries stand. What is neither waiting nor planned nor withdrawn was ordered."""

    demand_id: UUID
    reference: str
    """D-4."""
    cause: BauCause
    kind: Kind
    unit: str
    quantity: int
    needed_by: date
    reason: str
    added_by: str
    added_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    waiting: int
    planned: int


async def planned_demands(connection: Connection, viewer: Viewer) -> list[DemandView]:
    """Planned demand of the viewer's units that waits or is planned, the soonest needed first."""
    return await demands(connection, viewer.unit_scope, None)


async def demand_id_of(connection: Connection, viewer: Viewer, reference: str) -> UUID | None:
    """The demand D-4 of the viewer's units, withdrawn or not; None if there is none."""
    found: UUID | None = await connection.fetchval(SQL["demand_id_of"], viewer.unit_scope, reference)
    return found


async def demands(connection: Connection, units: list[str] | None, demand_id: UUID | None) -> list[DemandView]:
    """Planned demand of these units (None: all), or the one with this id."""
    rows = await connection.fetch(SQL["demands"], units, demand_id, MOST)
    return [msgspec.convert(dict(row), DemandView) for row in rows]
