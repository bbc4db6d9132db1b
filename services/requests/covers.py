"""Who decides for a manager who is away: covers, written and read. A cover is no role: it ends by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "covers.sql")


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """A deputy decides for a manager from one London day until another, both included."""

    cover_id: UUID
    manager_email: str
    deputy_email: str
    from_on: date
    until_on: date


async def covered_by(connection: Connection, deputy_email: str, today: date) -> list[str]:
    """The managers whom somebody covers for today."""
    return [row["manager_email"] for row in await connection.fetch(SQL["covered_by"], deputy_email, today)]


async def deputies_of(connection: Connection, managers: Sequence[str], today: date) -> dict[str, str]:
    """Manager → who covers for them today, of those who are covered."""
    rows = await connection.fetch(SQL["deputies_of"], list(managers), today)
    return {row["manager_email"]: row["deputy_email"] for row in rows}


async def covers_concerning(connection: Connection, email: str, today: date) -> list[Cover]:
    """Covers that run or are to come, for somebody or by them, the earliest first."""
    return [Cover(**dict(row)) for row in await connection.fetch(SQL["covers_concerning"], email, today)]


async def begin(connection: Connection, cover: Cover, arranged_by: str, now: datetime) -> bool:
    """Write a cover, in place of whatever covers that manager had; False if this very one was written before."""
    written = await connection.fetchval(SQL["arranged_before"], cover.cover_id)
    if written:
        return False
    await connection.execute(SQL["lock_covers"], cover.manager_email)
    await end(connection, cover.manager_email, now)
    given = (cover.cover_id, cover.manager_email, cover.deputy_email, cover.from_on, cover.until_on, arranged_by, now)
    return await connection.fetchval(SQL["insert_cover"], *given) is not None


async def end(connection: Connection, manager_email: str, now: datetime) -> list[str]:
    """End every cover of a manager that is not over; who covered."""
    return [row["deputy_email"] for row in await connection.fetch(SQL["end_covers"], manager_email, now)]
