"""Reading the audit log: who saw or did what, about one thing or by one person. The caller checks who may."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "audit_queries.sql")


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it was written. `entry` is its number; `roles` are those that `email` had at that moment."""

    entry: int
    at: datetime
    email: str
    roles: tuple[str, ...]
    action: str
    subject: str
    granted: bool


async def lines(
    connection: Connection, subjects: Collection[str], by: str | None, limit: int, *, before: int | None = None
) -> list[AuditLine]:
    """The newest lines about any of `subjects`, in any case, or written by the address `by`; past the line of number
    `before`, if one is given. Newest first.
    """
    wanted = sorted({subject.lower() for subject in subjects})
    rows = await connection.fetch(SQL["lines"], wanted, by.lower() if by else None, before, limit)
    return [msgspec.convert(dict(row), AuditLine) for row in rows]
