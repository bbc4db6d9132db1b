"""What becomes of an alert when somebody acknowledges, snoozes or assigns it, or when it wakes. Pure.

How it stands is read from the alert itself, so that state and fields cannot part.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from schemas.events.alert import Alert
from schemas.vocabulary import AlertSeverity
from services.watch.rules.machine import AlertState

_RANK: Mapping[AlertSeverity, int] = {severity: place for place, severity in enumerate(AlertSeverity)}


def state_of(alert: Alert) -> AlertState:
    """Where it stands in the machine."""
    if alert.cleared_at is not None:
        return AlertState.CLEARED
    if alert.snoozed_until is not None:
        return AlertState.SNOOZED
    return AlertState.RAISED if alert.acknowledged_at is None else AlertState.ACKNOWLEDGED


def has_grown(alert: Alert, severity: AlertSeverity) -> bool:
    """Whether `severity` is a step above the one that somebody saw who snoozed it."""
    return alert.snoozed_severity is not None and _RANK[severity] > _RANK[alert.snoozed_severity]


def acknowledged(alert: Alert, by: str, now: datetime) -> Alert:
    """Somebody has seen it and sees to it. A snooze ends with it."""
    return replace(awake(alert), revision=alert.revision + 1, acknowledged_by=by, acknowledged_at=now)


def snoozed(alert: Alert, by: str, until: datetime) -> Alert:
    """Nobody is told anything new of it until then."""
    return replace(
        _unacknowledged(alert),
        revision=alert.revision + 1,
        snoozed_by=by,
        snoozed_until=until,
        snoozed_severity=alert.severity,
    )


def assigned(alert: Alert, to: str, by: str, now: datetime) -> Alert:
    """Somebody has it from now on; who takes it on themselves has acknowledged it."""
    given = replace(
        _unacknowledged(awake(alert)),
        revision=alert.revision + 1,
        assigned_to=to,
        assigned_by=by,
        assigned_at=now,
    )
    return replace(given, acknowledged_by=by, acknowledged_at=now) if to == by else given


def woken(alert: Alert) -> Alert:
    """A snooze ended by itself, in the step that is told: who snoozed it hears of that."""
    return replace(awake(alert), wakes=alert.wakes + 1)


def awake(alert: Alert) -> Alert:
    """The same without its snooze; who snoozed it last stays known."""
    return replace(alert, snoozed_until=None, snoozed_severity=None)


def _unacknowledged(alert: Alert) -> Alert:
    return replace(alert, acknowledged_by=None, acknowledged_at=None)
