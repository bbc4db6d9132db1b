"""From what stands on labels and in lists to C-numbers, hundreds in one read."""

from __future__ import annotations

from collections.abc import Sequence

from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "naming.sql")


async def references_of(connection: Connection, viewer: Viewer, terms: Sequence[str]) -> dict[str, str]:
    """Term → the C-number of its newest record, an open one first; the terms that name none are left out."""
    rows = await connection.fetch(SQL["references_of"], viewer.unit_scope, list(dict.fromkeys(terms)))
    return {row["term"]: row["reference"] for row in rows}
