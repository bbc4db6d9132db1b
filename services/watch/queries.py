"""What others may read of watch. Every read takes the viewer, and SQL applies their units and their role."""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.vocabulary import AlertSeverity, Role
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "queries.sql")
SEES_BUDGET = (Role.FINANCE, Role.DIRECTOR, Role.AUDITOR, Role.PLANNER)


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """An open alert as a viewer sees it; the fields are those of schemas.events.alert.Alert."""

    key: str
    episode: int
    condition: str
    severity: AlertSeverity
    audience: str
    headline: str
    detail: str
    raised_at: datetime
    revision: int
    unit: str | None
    measured: float | None
    threshold: float | None
    cleared_at: datetime | None
    owner: str | None = None
    above: str | None = None
    in_channel: bool = True
    about: tuple[str, ...] = ()


async def open_alerts(connection: Connection, viewer: Viewer) -> list[AlertView]:
    """Open alerts the viewer may see, the most severe first.

    Everybody sees what is theirs to settle, and what has grown old with people under them. Besides, budget alerts go to
    those who see budgets, commercial ones to those who see prices; a unit's alerts to those whose scope includes it;
    alerts of the whole fleet, which name no unit, to those who see every unit.
    """
    rows = await connection.fetch(
        SQL["open_alerts"], viewer.unit_scope, viewer.has(*SEES_BUDGET), viewer.email.lower(), viewer.sees_prices
    )
    return [msgspec.convert(dict(row), AlertView) for row in rows]
