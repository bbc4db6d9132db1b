"""Past policy life: too large a share of a unit's devices of a kind is older than the refresh policy wants."""

from __future__ import annotations

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


class UnitAgeing(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a unit's devices of a kind are past policy life."""

    unit: str
    kind: str
    deployed: int
    past_policy_life: int


def key_of(unit: str, kind: str) -> str:
    """The alert key of a unit's kind."""
    return f"{CONDITION}:{unit}:{kind}"


def judge(ageing: UnitAgeing, thresholds: PastPolicyLifeThresholds, held: float | None, unit_name: str) -> Verdict:
    """How the unit's devices stand. `held` is the threshold of the open alert, if there is one."""
    key = key_of(ageing.unit, ageing.kind)
    enough = thresholds.minimum_devices if held is None else thresholds.minimum_to_hold
    share = ageing.past_policy_life * 100 / ageing.deployed if ageing.deployed > 0 else 0.0
    step = step_reached(share, thresholds.steps, held, thresholds.hysteresis)
    if step is None or ageing.deployed < enough:
        return Verdict(key=key, condition=CONDITION, finding=None)
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        unit=ageing.unit,
        headline=f"{unit_name}: {step.at:.0f} % or more of {ageing.kind}s are past policy life",
        detail=f"{ageing.past_policy_life:,} of {ageing.deployed:,} deployed {ageing.kind}s ({share:.0f} %).",
        measured=round(share, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)
