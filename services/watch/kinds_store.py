"""The measures of units, summed up by kind."""

from __future__ import annotations

from collections.abc import Collection

from services.database.pool import Connection
from services.database.statements import load_statements
from services.watch.conditions.kind_past_policy_life import KindAgeing

SQL = load_statements(__file__, "kinds_store.sql")


async def ageing_by_kind(connection: Connection, kinds: Collection[str] | None) -> list[KindAgeing]:
    """How these kinds stand in the whole organisation, or all."""
    rows = await connection.fetch(SQL["ageing_by_kind"], None if kinds is None else sorted(kinds))
    return [KindAgeing(**dict(row)) for row in rows]
