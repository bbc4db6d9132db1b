"""Reading who holds what, and got it anew. For `queries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "holder_queries.sql")


class Holding(NamedTuple):
    """A device that somebody was seen with at `at`; whether they got it after `since` is asked."""

    device_id: UUID
    email: str
    since: datetime
    at: datetime


class HeldDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device in somebody's hands."""

    device_id: UUID
    serial: str | None
    asset_tag: str | None
    kind: Kind | None
    unit: str | None


async def newly_held(connection: Connection, asked: Sequence[Holding]) -> set[tuple[UUID, str]]:
    """Those of these pairs of device and address where somebody got from the shelf what they did not hold before.

    For services; says nothing else of a person.
    """
    if not asked:
        return set()
    rows = await connection.fetch(SQL["newly_held"], *(list(column) for column in zip(*asked, strict=True)))
    return {(row["device_id"], row["email"]) for row in rows}


async def held_by(connection: Connection, viewer: Viewer, email: str) -> list[HeldDevice]:
    """What somebody holds, in use or in repair, of the viewer's units."""
    rows = await connection.fetch(SQL["held_by"], viewer.unit_scope, email.lower())
    return [msgspec.convert(dict(row), HeldDevice) for row in rows]
