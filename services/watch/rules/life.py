"""The life of an alert: what a condition's verdict makes of the last we told about its key. Pure.

          finding                finding, other words            no finding
    none ---------> open, rev 1 ----------------------> open, rev n+1 ---------> cleared, rev n+1
    cleared ------> open, next episode, rev 1

Anything else is silence: a condition that goes on unchanged is not told again, and one that is well stays untold.
What people did about it stays through an update, but for a snooze that was for something less severe.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from schemas.events.alert import (
    Alert,
    AlertAcknowledged,
    AlertAssigned,
    AlertCleared,
    AlertEvent,
    AlertRaised,
    AlertSnoozed,
    AlertUpdated,
    AlertWoken,
)
from services.machines import NEW, Actor, Step
from services.watch.conditions.finding import Finding, Verdict
from services.watch.rules.guards import Facts, holds
from services.watch.rules.handling import awake, has_grown, state_of, woken
from services.watch.rules.machine import ALERT, AlertState, Cause

SOURCE = "quartermaster/watch"
Told = TypeVar(
    "Told", AlertRaised, AlertUpdated, AlertCleared, AlertAcknowledged, AlertSnoozed, AlertAssigned, AlertWoken
)


def is_open(alert: Alert | None) -> bool:
    """True while the condition goes on."""
    return alert is not None and alert.cleared_at is None


def next_event(last: Alert | None, verdict: Verdict, now: datetime) -> AlertEvent | None:
    """The event that follows, with the alert as it is from now on; None if nothing is to be told."""
    finding = verdict.finding
    if last is None or not is_open(last):
        if finding is None:
            return None
        _step(NEW, Cause.RAISE)
        raised = _raised(verdict, finding, 1 if last is None else last.episode + 1, now)
        return told(AlertRaised, raised, now)
    if finding is None:
        _step(state_of(last), Cause.CLEAR)
        cleared = msgspec.structs.replace(awake(last), revision=last.revision + 1, cleared_at=now)
        return told(AlertCleared, cleared, now)
    updated = msgspec.structs.replace(last, revision=last.revision + 1, **msgspec.structs.asdict(finding))
    if _words(updated) == _words(last):
        return None
    state = state_of(last)
    step = _step(state, Cause.UPDATE, Facts(grown=has_grown(last, finding.severity)))
    if state is AlertState.SNOOZED and step.target != state:
        updated = woken(updated)
    return told(AlertUpdated, updated, now)


def wake_event(alert: Alert, now: datetime) -> AlertWoken | None:
    """The end of a snooze whose time has come; None if it has not, or there is none."""
    facts = Facts(until_has_come=alert.snoozed_until is not None and alert.snoozed_until <= now)
    step = ALERT.step(state_of(alert), Cause.WAKE, [Actor.CLOCK], lambda guard: holds(guard, facts))
    if step is None:
        return None
    return told(AlertWoken, msgspec.structs.replace(woken(alert), revision=alert.revision + 1), now)


def told(kind: type[Told], alert: Alert, now: datetime) -> Told:
    """The event that tells of an alert as it is from now on."""
    return kind(id=event_id(alert), source=SOURCE, time=now, subject=alert.key, data=alert)


def threshold_held(alert: Alert | None) -> float | None:
    """The threshold of an alert that is open; None for one that is not."""
    return alert.threshold if alert is not None and alert.cleared_at is None else None


def event_id(alert: Alert) -> str:
    """The same step of the same life is always the same event."""
    return f"{alert.key}/{alert.episode}/{alert.revision}"


def _raised(verdict: Verdict, finding: Finding, episode: int, now: datetime) -> Alert:
    return Alert(
        key=verdict.key,
        episode=episode,
        revision=1,
        condition=verdict.condition,
        raised_at=now,
        **msgspec.structs.asdict(finding),
    )


def _words(alert: Alert) -> tuple[object, ...]:
    return alert.severity, alert.threshold, alert.headline, alert.detail, alert.owner, alert.above, alert.in_channel


def _step(state: str, cause: Cause, facts: Facts | None = None) -> Step:
    return ALERT.take(state, cause, [Actor.WATCH], lambda guard: holds(guard, facts or Facts()))
