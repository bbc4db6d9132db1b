"""One life of a condition."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from schemas.envelope import Event
from schemas.events.alert import (
    Alert,
    AlertAcknowledged,
    AlertAssigned,
    AlertCleared,
    AlertRaised,
    AlertSnoozed,
    AlertUpdated,
    AlertWoken,
)
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

_HELEN = "helen.marsh@metropolitan.example"
_SEEN = replace(_ALERT, revision=3, acknowledged_by=_HELEN, acknowledged_at=AT)
_ASLEEP = replace(
    _ALERT,
    revision=4,
    snoozed_by=_HELEN,
    snoozed_until=AT + timedelta(days=1),
    snoozed_severity=AlertSeverity.WARNING,
)
_AWAKE = replace(_ASLEEP, revision=5, snoozed_until=None, snoozed_severity=None, wakes=1)
_GIVEN = replace(
    _AWAKE,
    revision=6,
    assigned_to=_HELEN,
    assigned_by="catherine.doyle@metropolitan.example",
    assigned_at=AT + timedelta(days=1),
)

ALERT_EXAMPLES: tuple[Event, ...] = (
    AlertRaised(id=f"{_ALERT.key}/1/1", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_ALERT),
    AlertUpdated(id=f"{_ALERT.key}/1/2", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_ALERT),
    AlertAcknowledged(id=f"{_ALERT.key}/1/3", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_SEEN),
    AlertSnoozed(id=f"{_ALERT.key}/1/4", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_ASLEEP),
    AlertWoken(id=f"{_ALERT.key}/1/5", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_AWAKE),
    AlertAssigned(id=f"{_ALERT.key}/1/6", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_GIVEN),
    AlertCleared(id=f"{_ALERT.key}/1/7", source="quartermaster/watch", time=AT, subject=_ALERT.key, data=_ALERT),
)
