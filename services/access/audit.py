"""The audit log: who saw or did what, and what was refused (DESIGN §4 rule 6). Append-only."""

from __future__ import annotations

from datetime import datetime

from services.access.viewer import Viewer
from services.database.pool import Connection

_RECORD = """
INSERT INTO access.audit (at, email, roles, action, subject, granted)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def record(
    connection: Connection, at: datetime, viewer: Viewer, action: str, subject: str, *, granted: bool
) -> None:
    """Write one line: `action` as the command people type, `subject` a serial, unit, line or person."""
    await connection.execute(_RECORD, at, viewer.email, sorted(viewer.roles), action, subject, granted)
