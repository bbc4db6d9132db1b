"""Delivery waiting: what was approved stands still, and it is for planners to look after.

One alert for the whole organisation: planners serve all units, and act in one list. No clock reminds anybody of these
states. What waits on the user (to confirm, to check, to hand back) is not found here, for requests reminds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.steps import Step, step_reached

CONDITION = "delivery-waiting"
STATES: Mapping[str, str] = {
    "allocated": "set aside and not sent",
    "shipped": "sent and not received",
    "ordered": "on order",
    "waiting_for_money": "without money",
}
"""The request's states that wait on planners, in words, the ones they can settle at once first."""


class DeliveryWaitingThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days a delivery may stand in each state. Steps and hysteresis in multiples of that."""

    days: Mapping[str, float]
    steps: tuple[Step, ...]
    hysteresis: float
    assumed: bool = False

    def __post_init__(self) -> None:
        if unknown := sorted(self.days.keys() - STATES.keys()):
            raise ValueError(f"{', '.join(unknown)}: no state of a delivery that waits on planners")

    @property
    def multiple_to_hold(self) -> float:
        """What has stood for less is no matter of an open alert either."""
        return min(step.at for step in self.steps) - self.hysteresis


class StandingStill(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries have stood in a state since `before` or longer. `longest` are some R-numbers."""

    status: str
    number: int
    oldest_at: datetime
    longest: tuple[str, ...]


def before(thresholds: DeliveryWaitingThresholds, now: datetime) -> dict[str, datetime]:
    """By state: what began to stand in it before this moment may be a matter of this condition."""
    multiple = thresholds.multiple_to_hold
    return {state: now - timedelta(days=days * multiple) for state, days in thresholds.days.items()}


def judge(
    standing: Sequence[StandingStill], thresholds: DeliveryWaitingThresholds, held: float | None, now: datetime
) -> Verdict:
    """How deliveries stand at `now`. `held` is the threshold of the open alert, if there is one."""
    over = {each.status: _days(each, now) / thresholds.days[each.status] for each in standing}
    measured = max(over.values(), default=0.0)
    step = step_reached(measured, thresholds.steps, held, thresholds.hysteresis)
    if step is None or not standing:
        return Verdict(key=CONDITION, condition=CONDITION, finding=None)
    number = sum(each.number for each in standing)
    worst_first = sorted(standing, key=lambda each: (-over[each.status], each.status))
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        headline="1 delivery stands still" if number == 1 else f"{number:,} deliveries stand still",
        detail=f"{'; '.join(_of_state(each, now) for each in worst_first)}.",
        measured=round(measured, 2),
        threshold=step.at,
        about=worst_first[0].longest,
    )
    return Verdict(key=CONDITION, condition=CONDITION, finding=finding)


def _of_state(each: StandingStill, now: datetime) -> str:
    longest = "" if each.number == 1 else "the longest "
    oldest = f"{longest}{each.longest[0]} for {int(_days(each, now))} days"
    return f"{each.number:,} {STATES[each.status]}, {oldest}"


def _days(each: StandingStill, now: datetime) -> float:
    return (now - each.oldest_at) / timedelta(days=1)
