"""Not sanitised: devices came back some time ago, and nothing proves them empty yet.

One alert for the whole organisation, with their number and the oldest: those who sanitise them see to all units'.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.steps import Step, step_reached

CONDITION = "not-sanitised"
UNPROVED = frozenset({"returned", "wipe_requested", "wipe_failed", "to_destruction"})
"""Custody's states in which a device may still hold data."""


class NotSanitisedThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in devices that wait for longer than `days`. There is no hysteresis: what is sanitised stays so.

    `assumed` says that nobody has decided these figures yet.
    """

    days: float
    steps: tuple[Step, ...]
    assumed: bool = False


class Unsanitised(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices came back before some moment and are not sanitised; the oldest, None while there are none."""

    number: int
    oldest_at: datetime | None = None
    oldest: str | None = None
    """Its C-number."""


def before(thresholds: NotSanitisedThresholds, now: datetime) -> datetime:
    """Devices that came back before this moment should be sanitised by now."""
    return now - timedelta(days=thresholds.days)


def judge(waiting: Unsanitised, thresholds: NotSanitisedThresholds, now: datetime) -> Verdict:
    """How the devices stand at `now` that came back `before` it."""
    step = step_reached(waiting.number, thresholds.steps, None, 0.0)
    if step is None or waiting.oldest_at is None:
        return Verdict(key=CONDITION, condition=CONDITION, finding=None)
    number = waiting.number
    devices = "1 returned device is" if number == 1 else f"{number:,} returned devices are"
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        headline=f"{devices} not sanitised after {thresholds.days:g} days",
        detail=f"The oldest, {waiting.oldest}, came back {(now - waiting.oldest_at).days} days ago.",
        measured=float(number),
        threshold=step.at,
    )
    return Verdict(key=CONDITION, condition=CONDITION, finding=finding)
