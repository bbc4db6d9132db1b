"""Reading what is in use by its record and has not been heard of for long. For `queries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

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


async def idle_by_unit(connection: Connection, now: datetime, days: Sequence[float]) -> list[IdleDevices]:
    """Devices in use that have not checked in for so many days (ascending), by unit. For services, now and then: it
    reads all devices.
    """
    rows = await connection.fetch(SQL["idle_by_unit"], now, [float(each) for each in days])
    return [IdleDevices(**dict(row)) for row in rows]
