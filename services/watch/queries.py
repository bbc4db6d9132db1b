"""What others may read of watch. Every read takes the viewer, and SQL applies their units and their role."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import msgspec

from schemas.events.alert import Alert
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.requests import queries as requests_queries
from services.watch.rules import actors
from services.watch.rules.handling import state_of
from services.watch.rules.machine import ALERT, PEOPLE, AlertState, Cause
from services.watch.rules.snoozing import in_a_week, last_day, morning_of, tomorrow

__all__ = [
    "AlertState",
    "AlertView",
    "Cause",
    "alert",
    "check",
    "in_a_week",
    "last_day",
    "morning_of",
    "offers_to_all",
    "open_alerts",
    "state_of",
    "tomorrow",
]

SQL = load_statements(__file__, "queries.sql")
SEES_BUDGET = (Role.FINANCE, Role.DIRECTOR, Role.AUDITOR, Role.PLANNER)


class AlertView(Alert, frozen=True, kw_only=True):
    """An alert as a viewer sees it, with what they may do about it, and whether it is theirs to settle."""

    may: tuple[Cause, ...] = ()
    is_mine: bool = False


async def open_alerts(connection: Connection, viewer: Viewer, today: date | None = None) -> list[AlertView]:
    """Open alerts the viewer may see, the most severe first, those that are snoozed last.

    Everybody sees what is theirs to settle, and what has grown old with people under them. Besides, budget alerts go to
    those who see budgets, commercial ones to those who see prices; a unit's alerts to those whose scope includes it;
    alerts of the whole fleet, which name no unit, to those who see every unit. With `today` also what is for somebody
    whom they cover for.
    """
    covers_for = await _covered(connection, viewer, today)
    rows = await connection.fetch(SQL["open_alerts"], *_sight(viewer, covers_for))
    return [_view(dict(row), viewer, covers_for) for row in rows]


async def alert(
    connection: Connection, viewer: Viewer, key: str, episode: int, today: date | None = None
) -> AlertView | None:
    """One life of an alert, open or over; None if there is none the viewer may see."""
    covers_for = await _covered(connection, viewer, today)
    row = await connection.fetchrow(SQL["one_alert"], *_sight(viewer, covers_for), key, episode)
    return None if row is None else _view(dict(row), viewer, covers_for)


async def held(
    connection: Connection, viewer: Viewer, key: str, episode: int, covers_for: Collection[str]
) -> Alert | None:
    """The same, held until the transaction ends: for watch's own commands."""
    row = await connection.fetchrow(SQL["held_alert"], *_sight(viewer, covers_for), key, episode)
    return None if row is None else msgspec.convert(dict(row), Alert)


def check(view: AlertView, viewer: Viewer, cause: Cause) -> None:
    """Raise what this step would, were this viewer to take it now: NotAllowed, RuleBroken."""
    if cause not in view.may:
        ALERT.take(state_of(view), cause, actors.actors_of(viewer, view), _anything)


def offers_to_all(alert: Alert) -> list[Cause]:
    """What may be done about it, whoever reads it: the command says no to whom it must."""
    return [Cause(event) for event in ALERT.offers(state_of(alert), PEOPLE, _anything)]


def _view(row: dict[str, Any], viewer: Viewer, covers_for: Collection[str]) -> AlertView:
    seen = msgspec.convert(row, AlertView)
    offers = ALERT.offers(state_of(seen), actors.actors_of(viewer, seen, covers_for), _anything)
    return msgspec.structs.replace(
        seen, may=tuple(Cause(event) for event in offers), is_mine=actors.is_mine(viewer, seen, covers_for)
    )


async def _covered(connection: Connection, viewer: Viewer, today: date | None) -> list[str]:
    return [] if today is None else await requests_queries.covered_by(connection, viewer.email, today)


def _sight(viewer: Viewer, covers_for: Collection[str]) -> tuple[object, ...]:
    owners = [viewer.email, *covers_for]
    return viewer.email, owners, viewer.unit_scope, viewer.has(*SEES_BUDGET), viewer.sees_prices


def _anything(_guard: str) -> bool:
    # When and to whom is asked in a form, and judged when it is sent.
    return True
