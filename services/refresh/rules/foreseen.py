"""How urgent demand is that a planner foresees: there is no device whose age or failures could speak for it."""

from __future__ import annotations

from schemas.vocabulary import BauCause
from services.refresh.policy import FULL_SCORE, PolicyInForce

URGENCY = {BauCause.JOINER: 800, BauCause.GROWTH: 300}
"""Thousandths of a request's points. A joiner has nothing to work with, but no sooner than the day they come; a team
that grows can share for a while, as people with a slow device can work on."""


def foreseen_parts(cause: BauCause, unit: str, policy: PolicyInForce) -> dict[str, int]:
    """Points by part, as of a device about which nothing else is known."""
    weights = policy.policy.weights
    return {
        "request": weights.request * URGENCY[cause] // FULL_SCORE,
        "frontline": weights.frontline if unit in policy.frontline_units else 0,
        "failures": 0,
        "support": 0,
        "age": 0,
    }
