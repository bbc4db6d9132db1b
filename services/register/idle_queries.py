"""Reading what is in use by its record and has not been heard of for long. For `queries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "idle_queries.sql")


class IdleDevices(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a unit's devices have been idle for `step` of the limits asked for, and not for the next one.

    A `unit` of "" means devices of no known unit.
    """

    unit: str
    step: int
    devices: int


NEVER_CHECK_IN = (Kind.MONITOR,)
"""Kinds that no device management sees: nobody can tell whether they stand idle."""


class IdleCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices have been idle for each of the limits asked for or longer; how many others were never seen."""

    idle: tuple[int, ...]
    never_seen: int


class IdleDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device in use that has not checked in since `last_seen_at`."""

    device_id: UUID
    serial: str | None
    asset_tag: str | None
    kind: Kind | None
    model: str | None
    unit: str | None
    holder_email: str | None
    last_seen_at: datetime


async def idle_counts(connection: Connection, viewer: Viewer, now: datetime, days: Sequence[int]) -> IdleCounts:
    """Devices of the viewer's units that have not checked in for so many days (ascending)."""
    limits = [float(each) for each in days]
    rows = await connection.fetch(SQL["idle_counts"], viewer.unit_scope, now, limits, list(NEVER_CHECK_IN))
    steps = {row["step"]: row["devices"] for row in rows}
    idle = [sum(number for step, number in steps.items() if (step or 0) > place) for place in range(len(days))]
    return IdleCounts(idle=tuple(idle), never_seen=steps.get(None, 0))


async def idle_devices(
    connection: Connection, viewer: Viewer, now: datetime, days: int, limit: int, *, after: int = 0
) -> list[IdleDevice]:
    """Devices of the viewer's units that have not checked in for `days`, the longest first, past the first `after`."""
    given = (viewer.unit_scope, now, float(days), list(NEVER_CHECK_IN), limit, after)
    return [msgspec.convert(dict(row), IdleDevice) for row in await connection.fetch(SQL["idle_devices"], *given)]


async def idle_by_unit(connection: Connection, now: datetime, days: Sequence[float]) -> list[IdleDevices]:
    """Devices in use that have not checked in for so many days (ascending), by unit. For services, now and then: it
    reads all devices.
    """
    rows = await connection.fetch(SQL["idle_by_unit"], now, [float(each) for each in days], list(NEVER_CHECK_IN))
    return [IdleDevices(**dict(row)) for row in rows]
