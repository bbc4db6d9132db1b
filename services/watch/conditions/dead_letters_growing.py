"""Dead letters growing: many records of a source could not be applied, or one has waited for somebody for too long.

One alert a source. Open letters are never removed by themselves, so that what nobody looks at is at least told.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from schemas.vocabulary import AlertSeverity
from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.source_silent import SourceHealth
from services.watch.conditions.steps import Step, step_reached

CONDITION = "dead-letters-growing"


class DeadLettersGrowingThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in open letters, left again `hysteresis` letters below.

    A letter older than `oldest_days` is a finding by itself, of `oldest_severity`, and one that was found stays so down
    to `oldest_days_to_hold`.
    """

    steps: tuple[Step, ...]
    hysteresis: float
    oldest_days: float
    oldest_days_to_hold: float
    oldest_severity: AlertSeverity


def key_of(source: str) -> str:
    """The alert key of a source."""
    return f"{CONDITION}:{source}"


def judge(health: SourceHealth, thresholds: DeadLettersGrowingThresholds, held: float | None) -> Verdict:
    """How the source's letters stand. `held` is the threshold of the open alert, nought if it is open by age alone.

    An age is what it was when it was measured: that goes on while there are letters.
    """
    key = key_of(health.source)
    step = step_reached(health.open_dead_letters, thresholds.steps, held, thresholds.hysteresis)
    age = timedelta()
    if health.oldest_dead_letter_at is not None:
        age = health.measured_at - health.oldest_dead_letter_at
    limit = thresholds.oldest_days if held is None else thresholds.oldest_days_to_hold
    old = health.open_dead_letters > 0 and age > timedelta(days=limit)
    if step is None and not old:
        return Verdict(key=key, condition=CONDITION, finding=None)
    number = health.open_dead_letters
    how_many = "a dead letter is open" if number == 1 else f"{_about(number)} dead letters are open"
    finding = Finding(
        severity=thresholds.oldest_severity if step is None else step.severity,
        audience="operations",
        headline=f"{health.source}: {how_many}",
        detail=(
            ("" if age < timedelta(days=1) else f"The oldest has waited for {_days(age)}. ")
            + f"See why with /kit deadletters {health.source}; mend the cause, then replay them."
        ),
        measured=float(number),
        threshold=0.0 if step is None else step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)


def _about(number: int) -> str:
    """Two figures are enough: each other text is another update of a message."""
    size = 10 ** max(0, len(str(number)) - 2)
    return f"{number:,}" if size == 1 else f"about {number // size * size:,}"


def _days(age: timedelta) -> str:
    return "a day" if age.days == 1 else f"{age.days} days"
