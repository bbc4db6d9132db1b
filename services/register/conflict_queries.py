"""Reading conflicts for those who settle them and those who look on: what each claimant says. For `queries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from schemas.vocabulary import DeviceState
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.register.rules.conflicts import Ruling
from services.register.rules.facts import ASSET_TAG, HOLDER_EMAIL, LAST_SEEN_AT, MODEL, RECORDED_STATE
from services.register.stored_facts import read_facts

SQL = load_statements(__file__, "conflict_queries.sql")
MOST = 10


class ClaimantView(msgspec.Struct, frozen=True, kw_only=True):
    """A name that claims a serial, and what it says of its device. Nothing but the name once it stands alone."""

    name: str
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    model: str | None = None
    holder_email: str | None = None
    asset_tag: str | None = None
    state: DeviceState | None = None


class ConflictView(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict over a serial; open while `ruling` is None. `split_off` is the claimant found to be another device."""

    conflict: str
    serial: str
    scheme: str
    device_id: UUID
    unit: str | None
    found_at: datetime
    claimants: tuple[ClaimantView, ...]
    ruling: Ruling | None
    ruled_by: str | None
    ruled_at: datetime | None
    split_off: str | None


class ConflictsView(msgspec.Struct, frozen=True, kw_only=True):
    """Open conflicts, the oldest first, and how many there are in all."""

    first: tuple[ConflictView, ...]
    number: int


async def open_conflicts(connection: Connection, viewer: Viewer, limit: int = MOST) -> ConflictsView:
    """Conflicts over devices in the viewer's units."""
    rows = await connection.fetch(SQL["conflicts"], viewer.unit_scope, None, limit)
    number = await connection.fetchval(SQL["open_conflicts_number"], viewer.unit_scope)
    return ConflictsView(first=await _views(connection, rows), number=number)


async def conflict_by_id(connection: Connection, viewer: Viewer, conflict: str) -> ConflictView | None:
    """One conflict, open or settled; None if there is none that the viewer may see."""
    rows = await connection.fetch(SQL["conflicts"], viewer.unit_scope, conflict, 1)
    return next(iter(await _views(connection, rows)), None)


async def _views(connection: Connection, rows: Sequence[asyncpg.Record]) -> tuple[ConflictView, ...]:
    names = [name for row in rows for name in row["claimants"]]
    said = {row["name"]: _claimant(row) for row in await connection.fetch(SQL["claims"], names)}
    return tuple(
        msgspec.convert(
            dict(row)
            | {
                "serial": row["serial"].partition(":")[2],
                "claimants": tuple(said.get(name) or ClaimantView(name=name) for name in row["claimants"]),
            },
            ConflictView,
        )
        for row in rows
    )


def _claimant(row: asyncpg.Record) -> ClaimantView:
    values, _ = read_facts(row["facts"])
    return ClaimantView(
        name=row["name"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=values[LAST_SEEN_AT],
        model=values[MODEL],
        holder_email=values[HOLDER_EMAIL],
        asset_tag=values[ASSET_TAG],
        state=values[RECORDED_STATE],
    )
