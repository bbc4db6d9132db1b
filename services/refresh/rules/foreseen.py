"""How urgent demand is that a planner foresees: there is no device whose age or failures could speak for it."""

from __future__ import annotations

from datetime import date

from schemas.vocabulary import BauCause
from services.refresh.policy import FULL_SCORE, PolicyInForce
from services.refresh.rules.score import score_parts
from services.refresh.rules.standing import DeviceStanding

URGENCY = {BauCause.JOINER: 800, BauCause.GROWTH: 300}
"""Thousandths of a request's points. A joiner has nothing to work with, but no sooner than the day they come; a team
that grows can share for a while, as people with a slow device can work on."""


def foreseen_parts(cause: BauCause, place: DeviceStanding, policy: PolicyInForce, today: date) -> dict[str, int]:
    """Points by part, as of a device (`place`) of which no more is known than kind and unit."""
    parts = score_parts(place, policy, today)
    return parts | {"request": policy.policy.weights.request * URGENCY[cause] // FULL_SCORE}
