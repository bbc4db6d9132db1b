"""Request waiting: a decision waits on one person for days, and no clock hands it on any more.

One alert a person. Who is to decide, and how long they have before it goes to the next manager above, is the business
of requests: what is found here is what that has not settled, which is whatever waits on a director, or on somebody with
nobody above. Whom a request waited on before does not matter: each has their own days.

The person is told first; once it has grown old, who stands above them; at last, or if nobody does, the planners'
channel too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from schemas.vocabulary import AlertSeverity
from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.steps import Step, step_reached

CONDITION = "request-waiting"


class RequestWaitingThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in days since the person was asked; hysteresis in days.

    A notice is for the person alone, a warning also for who stands above them, what is critical for the channel too.
    """

    steps: tuple[Step, ...]
    hysteresis: float
    assumed: bool = False

    @property
    def days_to_hold(self) -> float:
        """What has waited for less is no matter of an open alert either."""
        return min(step.at for step in self.steps) - self.hysteresis


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """What has waited on a person for `days_to_hold` or longer. `longest` are some R-numbers, the oldest first."""

    email: str
    number: int
    oldest_at: datetime
    longest: tuple[str, ...]


class Approver(msgspec.Struct, frozen=True, kw_only=True):
    """Who is waited for, as the directory knows them; an `email` of None means that it knows nobody."""

    name: str
    email: str | None = None
    above: str | None = None
    """The address of the manager or director above them."""


def before(thresholds: RequestWaitingThresholds, now: datetime) -> datetime:
    """Who was asked before this moment may be a matter of this condition."""
    return now - timedelta(days=thresholds.days_to_hold)


def key_of(email: str) -> str:
    """The alert key of whoever is waited for."""
    return f"{CONDITION}:{email}"


def email_of(key: str) -> str:
    """Whose alert this is."""
    return key.removeprefix(f"{CONDITION}:")


def judge(
    key: str,
    waiting: Decisions | None,
    who: Approver,
    thresholds: RequestWaitingThresholds,
    held: float | None,
    now: datetime,
) -> Verdict:
    """How it stands with `who` at `now`; `waiting` is None once nothing waits on them for long.

    `held` is the threshold of the open alert, if there is one.
    """
    days = (now - waiting.oldest_at) / timedelta(days=1) if waiting else 0.0
    step = step_reached(days, thresholds.steps, held, thresholds.hysteresis)
    if waiting is None or step is None:
        return Verdict(key=key, condition=CONDITION, finding=None)
    old = step.severity is not AlertSeverity.NOTICE
    above = who.above if old and who.email else None
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        headline=_headline(waiting, who, int(days)),
        detail=f"{_named(waiting)} nobody else is asked by itself. Approve, refuse, or ask back.",
        measured=float(int(days)),
        threshold=step.at,
        owner=who.email,
        above=above,
        in_channel=who.email is None or step.severity is AlertSeverity.CRITICAL or (old and above is None),
        about=waiting.longest,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)


def _headline(waiting: Decisions, who: Approver, days: int) -> str:
    if waiting.number == 1:
        return f"1 request has waited {days} days for {who.name} to decide"
    return f"{waiting.number:,} requests wait for {who.name} to decide, the longest for {days} days"


def _named(waiting: Decisions) -> str:
    rest = waiting.number - len(waiting.longest)
    names = [*waiting.longest, *([f"{rest:,} more"] if rest > 0 else [])]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{listed}:"
