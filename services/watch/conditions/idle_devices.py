"""Idle devices: a command's devices are in use by their record, and have not checked in for weeks.

One alert a command, with a count a step inside, for whoever answers for it: they can ask who has them. Never one a
device: a large organisation has hundreds idle on any day, for leave and courses alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.vocabulary import AlertSeverity
from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.past_policy_life import Command

CONDITION = "idle-devices"


class IdleStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `minimum` devices idle for `days` on, it is found; what was found stays so down to `minimum_to_hold`."""

    days: float
    minimum: int
    minimum_to_hold: int
    severity: AlertSeverity


class IdleDevicesThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps, the fewest days first."""

    steps: tuple[IdleStep, ...]
    assumed: bool = False

    def __post_init__(self) -> None:
        if not self.steps or [step.days for step in self.steps] != sorted({step.days for step in self.steps}):
            raise ValueError("steps of idle_devices need different days, the fewest first")

    @property
    def days(self) -> tuple[float, ...]:
        """The limits of the steps."""
        return tuple(step.days for step in self.steps)


def key_of(command: str) -> str:
    """The alert key of a command."""
    return f"{CONDITION}:{command}"


def judge(
    command: Command, idle: Sequence[int], manager: str | None, thresholds: IdleDevicesThresholds, held: float | None
) -> Verdict:
    """How a command stands with `idle[n]` devices idle for the n-th step's days or longer.

    `manager` is the address of who answers for it, None if nobody does; `held` is the threshold of the open alert.
    """
    key = key_of(command.code)
    counted = list(zip(thresholds.steps, idle, strict=True))
    reached = [step for step, number in counted if number >= _enough(step, held)]
    if not reached:
        return Verdict(key=key, condition=CONDITION, finding=None)
    step, first = reached[-1], thresholds.steps[0]
    more = [f"{number:,} for {each.days:g}" for each, number in counted[1:] if number]
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        unit=command.code,
        headline=f"{command.name}: {_devices(idle[0])} not checked in for {first.days:g} days",
        detail=(f"Of these {', '.join(more)} days or longer. " if more else "")
        + "Ask who has them whether they are needed; what is not can go to somebody who waits.",
        measured=float(idle[0]),
        threshold=step.days,
        owner=manager,
        in_channel=manager is None,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)


def _enough(step: IdleStep, held: float | None) -> int:
    return step.minimum_to_hold if held is not None and step.days <= held else step.minimum


def _devices(number: int) -> str:
    return "1 device has" if number == 1 else f"{number:,} devices have"
