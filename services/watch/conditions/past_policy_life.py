"""Past policy life: too large a share of a command's devices is older than the refresh policy wants.

One alert a command, not one a team and kind: a large organisation has hundreds of those, and a channel with hundreds
of alerts is read by nobody. The alert says how the kinds stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.steps import Step, step_reached

CONDITION = "past-policy-life"


class PastPolicyLifeThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in percent, hysteresis in points. Below `minimum_devices` a share says little; an open alert is kept
    down to `minimum_to_hold`, so that a device more or less does not make it flap.
    """

    steps: tuple[Step, ...]
    hysteresis: float
    minimum_devices: int
    minimum_to_hold: int
    assumed: bool = False


class UnitAgeing(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a unit's devices of a kind are past policy life."""

    unit: str
    kind: str
    deployed: int
    past_policy_life: int


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that somebody answers for, by its code and its name."""

    code: str
    name: str


def key_of(command: str) -> str:
    """The alert key of a command."""
    return f"{CONDITION}:{command}"


def judge(
    command: Command, ageing: Sequence[UnitAgeing], thresholds: PastPolicyLifeThresholds, held: float | None
) -> Verdict:
    """How a command's devices stand, those of the units under it included.

    `held` is the threshold of the open alert, if there is one.
    """
    key = key_of(command.code)
    deployed = sum(each.deployed for each in ageing)
    past = sum(each.past_policy_life for each in ageing)
    enough = thresholds.minimum_devices if held is None else thresholds.minimum_to_hold
    share = _percent(past, deployed)
    step = step_reached(share, thresholds.steps, held, thresholds.hysteresis)
    if step is None or deployed < enough:
        return Verdict(key=key, condition=CONDITION, finding=None)
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        unit=command.code,
        headline=f"{command.name}: {share:.1f} % of devices are past policy life",
        detail=f"{past:,} of {deployed:,} deployed: {_by_kind(ageing)}.",
        measured=round(share, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)


def _by_kind(ageing: Sequence[UnitAgeing]) -> str:
    past: Counter[str] = Counter()
    deployed: Counter[str] = Counter()
    for each in ageing:
        past[each.kind] += each.past_policy_life
        deployed[each.kind] += each.deployed
    shares = {kind: _percent(past[kind], deployed[kind]) for kind in past if past[kind]}
    worst_first = sorted(shares, key=lambda kind: (-shares[kind], kind))
    return ", ".join(f"{past[kind]:,} of {deployed[kind]:,} {kind}s ({shares[kind]:.0f} %)" for kind in worst_first)


def _percent(part: int, whole: int) -> float:
    return part * 100 / whole if whole > 0 else 0.0
