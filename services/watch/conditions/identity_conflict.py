"""Identity conflicts: serials that two records claim, waiting for a planner.

One alert for all of them, with their number: a large fleet has dozens after a bad import, and each is settled in the
list that `/kit conflicts` shows, not in the channel.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.steps import Step, step_reached

CONDITION = "identity-conflict"


class IdentityConflictThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in open conflicts. There is no hysteresis: a conflict that is settled does not come back by itself."""

    steps: tuple[Step, ...]


class OpenConflicts(msgspec.Struct, frozen=True, kw_only=True):
    """How many conflicts are open, and since when the oldest; None while there are none."""

    number: int
    oldest_at: datetime | None


def judge(conflicts: OpenConflicts, thresholds: IdentityConflictThresholds, now: datetime) -> Verdict:
    """How the conflicts stand at `now`."""
    step = step_reached(conflicts.number, thresholds.steps, None, 0.0)
    if step is None or conflicts.oldest_at is None:
        return Verdict(key=CONDITION, condition=CONDITION, finding=None)
    number, days = conflicts.number, (now - conflicts.oldest_at).days
    claimed = "1 serial number is" if number == 1 else f"{number:,} serial numbers are"
    waits = "less than a day" if days < 1 else "1 day" if days == 1 else f"{days} days"
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        headline=f"{claimed} claimed by two records",
        detail=f"The oldest has waited {waits} for a planner: one device, or two?",
        measured=float(number),
        threshold=step.at,
    )
    return Verdict(key=CONDITION, condition=CONDITION, finding=finding)
