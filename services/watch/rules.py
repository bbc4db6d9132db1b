"""The life of an alert: what a condition's verdict makes of the last we told about its key. Pure.

          finding                finding, other words            no finding
    none ---------> open, rev 1 ----------------------> open, rev n+1 ---------> cleared, rev n+1
    cleared ------> open, next episode, rev 1

Anything else is silence: a condition that goes on unchanged is not told again, and one that is well stays untold.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.events.alert import Alert, AlertCleared, AlertEvent, AlertRaised, AlertUpdated
from services.watch.conditions.finding import Finding, Verdict

SOURCE = "quartermaster/watch"


def is_open(alert: Alert | None) -> bool:
    """True while the condition goes on."""
    return alert is not None and alert.cleared_at is None


def next_event(last: Alert | None, verdict: Verdict, now: datetime) -> AlertEvent | None:
    """The event that follows, with the alert as it is from now on; None if nothing is to be told."""
    finding = verdict.finding
    if last is None or last.cleared_at is not None:
        if finding is None:
            return None
        raised = _raised(verdict, finding, 1 if last is None else last.episode + 1, now)
        return AlertRaised(id=event_id(raised), source=SOURCE, time=now, subject=raised.key, data=raised)
    if finding is None:
        cleared = msgspec.structs.replace(last, revision=last.revision + 1, cleared_at=now)
        return AlertCleared(id=event_id(cleared), source=SOURCE, time=now, subject=cleared.key, data=cleared)
    updated = msgspec.structs.replace(last, revision=last.revision + 1, **msgspec.structs.asdict(finding))
    if _words(updated) == _words(last):
        return None
    return AlertUpdated(id=event_id(updated), source=SOURCE, time=now, subject=updated.key, data=updated)


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
