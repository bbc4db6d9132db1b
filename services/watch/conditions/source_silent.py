"""Source silent: another system has said nothing for longer than it ever may.

Time alone decides, so that it is noticed also when intake itself is down and tells nothing any more. Intake may merely
be late in telling, though: what it has not confirmed is held against a source only some time later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from schemas.vocabulary import AlertSeverity
from services.clock import LONDON
from services.watch.conditions.finding import Finding, Verdict

CONDITION = "source-silent"


class SourceSilentThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In multiples of how long a source may be silent: from when on it is critical, and from when on without intake."""

    critical: float
    unconfirmed: float


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How intake said at `measured_at` that a source stands. `silent_after` None: it may be silent as long as it likes.

    `configured_at` is when it was first asked or awaited.
    """

    source: str
    measured_at: datetime
    configured_at: datetime | None = None
    last_heard_at: datetime | None = None
    silent_after: timedelta | None = None
    open_dead_letters: int = 0
    oldest_dead_letter_at: datetime | None = None


def key_of(source: str) -> str:
    """The alert key of a source."""
    return f"{CONDITION}:{source}"


def judge(health: SourceHealth, thresholds: SourceSilentThresholds, *, held: bool, now: datetime) -> Verdict:
    """How the source stands at `now`. `held` says that its alert is open."""
    return Verdict(key=key_of(health.source), condition=CONDITION, finding=_finding(health, thresholds, held, now))


def _finding(health: SourceHealth, thresholds: SourceSilentThresholds, held: bool, now: datetime) -> Finding | None:
    since = max((each for each in (health.configured_at, health.last_heard_at) if each is not None), default=None)
    if since is None or health.silent_after is None:
        return None
    limit = health.silent_after
    confirmed = health.measured_at > since + limit
    # An open alert needs no second confirmation: its source was not heard since.
    if now <= since + (limit if confirmed or held else limit * thresholds.unconfirmed):
        return None
    critical = now > since + limit * thresholds.critical
    never = health.last_heard_at is None or health.last_heard_at < since
    heard = "was configured and not heard since" if never else "was last heard"
    look = (
        "Look at its settings and credentials there, at the network between, and at what intake refused of it "
        "(quartermaster_intake_refused_total, quartermaster_intake_poll_failures_total)."
        if confirmed
        else f"Intake itself has told nothing of it since {_moment(health.measured_at)}: see first whether intake runs."
    )
    return Finding(
        severity=AlertSeverity.CRITICAL if critical else AlertSeverity.WARNING,
        audience="operations",
        headline=f"{health.source} has been silent since {_moment(since)}",
        detail=f"It {heard} then; it is usually heard within {_length(limit)}. {look}",
        measured=round((now - since).total_seconds() / 3600, 2),
        threshold=round(limit.total_seconds() / 3600, 2),
    )


def _moment(when: datetime) -> str:
    local = when.astimezone(LONDON)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _length(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours >= 48:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
