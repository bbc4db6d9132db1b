"""Alerts, as watch decides them. Topic `alert`, keyed by alert key.

A condition that begins is raised once, may be updated, and is cleared once. `episode` counts the times a key was
raised, so that (key, episode) names one life of a condition.
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


class AlertRaised(Event, frozen=True, kw_only=True, tag="quartermaster.alert.raised"):
    """A condition began."""

    data: Alert


class AlertUpdated(Event, frozen=True, kw_only=True, tag="quartermaster.alert.updated"):
    """A condition went on and got worse or better."""

    data: Alert


class AlertCleared(Event, frozen=True, kw_only=True, tag="quartermaster.alert.cleared"):
    """A condition ended."""

    data: Alert


AlertEvent = AlertRaised | AlertUpdated | AlertCleared
