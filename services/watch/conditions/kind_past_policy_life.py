"""Kind past policy life: too large a share of all devices of a kind is older than the refresh policy wants.

One alert a kind for the whole organisation, beside those of commands: a command's manager sees to their own devices,
planners see that a kind ages everywhere and needs a wave.
"""

from __future__ import annotations

import msgspec

from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.past_policy_life import PastPolicyLifeThresholds
from services.watch.conditions.steps import step_reached

CONDITION = "kind-past-policy-life"


class KindAgeing(msgspec.Struct, frozen=True, kw_only=True):
    """How many deployed devices of a kind there are, and how many of them are past policy life."""

    kind: str
    deployed: int
    past_policy_life: int


def key_of(kind: str) -> str:
    """The alert key of a kind."""
    return f"{CONDITION}:{kind}"


def judge(ageing: KindAgeing, thresholds: PastPolicyLifeThresholds, held: float | None) -> Verdict:
    """How a kind stands. `held` is the threshold of the open alert, if there is one."""
    key = key_of(ageing.kind)
    deployed, past = ageing.deployed, ageing.past_policy_life
    share = past * 100 / deployed if deployed > 0 else 0.0
    enough = thresholds.minimum_devices if held is None else thresholds.minimum_to_hold
    step = step_reached(share, thresholds.steps, held, thresholds.hysteresis)
    if step is None or deployed < enough:
        return Verdict(key=key, condition=CONDITION, finding=None)
    finding = Finding(
        severity=step.severity,
        audience="fleet",
        # A tenth of a percent is dozens of devices of a large fleet: whole ones change the message seldom enough.
        headline=f"All {ageing.kind}s: {share:.0f} % are past policy life",
        detail=f"{_about(past)} of {_about(deployed)} deployed in the whole organisation.".capitalize(),
        measured=round(share, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CONDITION, finding=finding)


def _about(number: int) -> str:
    """Three figures are enough: each other text is another update of a message."""
    size = 10 ** max(0, len(str(number)) - 3)
    return f"{number:,}" if size == 1 else f"about {number // size * size:,}"
