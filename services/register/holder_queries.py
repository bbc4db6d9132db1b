"""Reading who holds what, and got it anew. For `queries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


class HeldNumber(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices of a kind somebody holds."""

    email: str
    kind: Kind
    devices: int


class SeenDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device in somebody's hands, and when it was last seen."""

    device_id: UUID
    serial: str | None
    asset_tag: str | None
    kind: Kind
    model: str | None
    unit: str | None
    holder_email: str
    last_seen_at: datetime | None


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


async def beyond(connection: Connection, viewer: Viewer, least: Mapping[Kind, int]) -> list[HeldNumber]:
    """Who holds more of a kind than `least`, of the viewer's units."""
    rows = await connection.fetch(SQL["beyond"], viewer.unit_scope, list(least), list(least.values()))
    return [msgspec.convert(dict(row), HeldNumber) for row in rows]


async def held_of(
    connection: Connection, viewer: Viewer, of: Sequence[tuple[str, Kind]]
) -> dict[tuple[str, Kind], list[SeenDevice]]:
    """What these people hold of these kinds, of the viewer's units; what was not seen for longest first."""
    emails, kinds = [email for email, _ in of], [kind.value for _, kind in of]
    found: dict[tuple[str, Kind], list[SeenDevice]] = {each: [] for each in of}
    for row in await connection.fetch(SQL["held_of"], viewer.unit_scope, emails, kinds):
        device = msgspec.convert(dict(row), SeenDevice)
        found[device.holder_email, device.kind].append(device)
    return found
