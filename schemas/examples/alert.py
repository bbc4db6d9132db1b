"""One life of a condition."""

from __future__ import annotations

from schemas.envelope import Event
from schemas.events.alert import Alert, AlertCleared, AlertRaised, AlertUpdated
from schemas.examples.things import AT
from schemas.vocabulary import AlertSeverity

_ALERT = Alert(
    key="budget/2024/25/refresh-and-bau/75",
    episode=1,
    condition="budget_crossing",
    severity=AlertSeverity.WARNING,
    audience="budget",
    headline="75 % of the refresh and BAU line for 2024/25 is committed",
    detail="£18.8m of £25.0m is committed or invoiced.",
    raised_at=AT,
    revision=1,
    measured=0.752,
    threshold=0.75,
)

ALERT_EXAMPLES: tuple[Event, ...] = (
    AlertRaised(id=f"{_ALERT.key}/1/1", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_ALERT),
    AlertUpdated(id=f"{_ALERT.key}/1/2", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_ALERT),
    AlertCleared(id=f"{_ALERT.key}/1/3", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_ALERT),
)
