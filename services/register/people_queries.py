"""Reading whose devices are not where their people are: leavers' and movers'. For `queries`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from schemas.vocabulary import DeviceState, Kind
from services.access.viewer import Viewer
from services.clock import london_date
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "people_queries.sql")
MOST = 200


class StrayDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device whose holder has left, or has moved to `person_unit`. `since` is when, `days` counts London days."""

    device_id: UUID
    serial: str | None
    asset_tag: str | None
    kind: Kind | None
    model: str | None
    state: DeviceState
    unit: str | None
    holder_email: str
    person_unit: str | None
    since: datetime
    days: int


async def leavers(connection: Connection, viewer: Viewer, today: date, limit: int = MOST) -> list[StrayDevice]:
    """Devices in use whose holder's account is no longer active, the longest gone first."""
    return _strays(await connection.fetch(SQL["leavers"], viewer.unit_scope, limit), today)


async def movers(connection: Connection, viewer: Viewer, today: date, limit: int = MOST) -> list[StrayDevice]:
    """Devices in use that stand in another unit than their holder, the longest moved first."""
    return _strays(await connection.fetch(SQL["movers"], viewer.unit_scope, limit), today)


def _strays(rows: list[asyncpg.Record], today: date) -> list[StrayDevice]:
    return [
        msgspec.convert(dict(row) | {"days": max(0, (today - london_date(row["since"])).days)}, StrayDevice)
        for row in rows
    ]
