"""The audit log: who saw or did what, and what was refused (DESIGN §4 rule 6). Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.access.viewer import Viewer
from services.database.pool import Connection

_RECORD = """
INSERT INTO access.audit (at, email, roles, action, subject, granted)
VALUES ($1, $2, $3, $4, $5, $6)
"""

_RECORD_ALL = """
INSERT INTO access.audit (at, email, roles, action, subject, granted)
SELECT $1, $2, $3, $4, subject, $6 FROM unnest($5::text[]) AS subject
"""


async def record(
    connection: Connection, at: datetime, viewer: Viewer, action: str, subject: str, *, granted: bool
) -> None:
    """Write one line: `action` as the command people type, `subject` a serial, unit, line or person."""
    await connection.execute(_RECORD, at, viewer.email, sorted(viewer.roles), action, subject, granted)


async def record_all(
    connection: Connection, at: datetime, viewer: Viewer, action: str, subjects: Sequence[str], *, granted: bool
) -> None:
    """Write a line each for `subjects` of one act."""
    if subjects:
        await connection.execute(_RECORD_ALL, at, viewer.email, sorted(viewer.roles), action, list(subjects), granted)
