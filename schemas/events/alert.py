"""Alerts, as watch decides them. Topic `alert`, keyed by alert key.

A condition that begins is raised once, may be updated, and is cleared once. `episode` counts the times a key was
raised, so that (key, episode) names one life of a condition. Meanwhile people acknowledge, snooze and assign it. Each
event holds all of the alert as it then was; the highest `revision` of a life holds.
"""

from __future__ import annotations

import msgspec

from schemas.envelope import Event, Moment
from schemas.vocabulary import AlertSeverity


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One life of a condition. `audience` is the channel purpose it belongs to (budget, commercial,
    fleet, operations).

    `headline` and `detail` are plain sentences without commercial fields; `unit` limits who may see it.
    """

    key: str
    episode: int
    condition: str
    severity: AlertSeverity
    audience: str
    headline: str
    detail: str
    raised_at: Moment
    revision: int
    unit: str | None = None
    measured: float | None = None
    threshold: float | None = None
    cleared_at: Moment | None = None
    owner: str | None = None
    """The e-mail address of who must act; null where that is the channel."""
    above: str | None = None
    """The e-mail address of who is told beside the owner, once it has grown old."""
    in_channel: bool = True
    """Whether the channel of its audience is told."""
    about: tuple[str, ...] = ()
    """What it is about, such as R-numbers, the most pressing first."""
    acknowledged_by: str | None = None
    """The e-mail address of who has seen it and sees to it; null where nobody said so, or somebody snoozed or
    assigned it since."""
    acknowledged_at: Moment | None = None
    """When they acknowledged it."""
    snoozed_by: str | None = None
    """The e-mail address of who snoozed it last, also when it is awake again."""
    snoozed_until: Moment | None = None
    """Until when nobody is told anything new of it; null while it is awake."""
    snoozed_severity: AlertSeverity | None = None
    """How severe it was when it was snoozed: a step above wakes it."""
    wakes: int = 0
    """How often a snooze of it ended by itself, by its time or because it grew worse."""
    assigned_to: str | None = None
    """The e-mail address of who has it; null where it was given to nobody."""
    assigned_by: str | None = None
    """The e-mail address of who gave it to them."""
    assigned_at: Moment | None = None
    """When it was given."""


class AlertRaised(Event, frozen=True, kw_only=True, tag="quartermaster.alert.raised"):
    """A condition began."""

    data: Alert


class AlertUpdated(Event, frozen=True, kw_only=True, tag="quartermaster.alert.updated"):
    """A condition went on and got worse or better."""

    data: Alert


class AlertCleared(Event, frozen=True, kw_only=True, tag="quartermaster.alert.cleared"):
    """A condition ended."""

    data: Alert


class AlertAcknowledged(Event, frozen=True, kw_only=True, tag="quartermaster.alert.acknowledged"):
    """Somebody has seen it and sees to it."""

    data: Alert


class AlertSnoozed(Event, frozen=True, kw_only=True, tag="quartermaster.alert.snoozed"):
    """Somebody wants to hear nothing new of it for a while."""

    data: Alert


class AlertAssigned(Event, frozen=True, kw_only=True, tag="quartermaster.alert.assigned"):
    """Somebody gave it to somebody, or took it on."""

    data: Alert


class AlertWoken(Event, frozen=True, kw_only=True, tag="quartermaster.alert.woken"):
    """The time of its snooze came, and it goes on."""

    data: Alert


AlertEvent = AlertRaised | AlertUpdated | AlertCleared | AlertAcknowledged | AlertSnoozed | AlertAssigned | AlertWoken
