"""How urgent a device is: points by part, whole numbers, at most 1000 together.

The policy promises that a broken device with nothing else against it outranks the oldest device of the first tier, and
that one of the first tier outranks any that is merely older or more worn (`policy_document.py` checks the weights).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from services.refresh.policy import FULL_SCORE, PolicyInForce, Terms
from services.refresh.rules.calendar import add_months, whole_months
from services.refresh.rules.due import battery_is_low, recent_failures, terms_of
from services.refresh.rules.standing import DeviceStanding

SUPPORT_STEPS = 12
"""Support's last twelve months: a twelfth of the points for each that has begun, all of them on its last day."""
LIVES = 2
"""Age gives all its points after so many policy lives."""


def score_parts(device: DeviceStanding, policy: PolicyInForce, today: date) -> dict[str, int]:
    """Points by part, always all parts to which the policy gives any; their sum is the score."""
    return points_of(device, terms_of(device, policy), policy, today)


def points_of(device: DeviceStanding, terms: Terms, policy: PolicyInForce, today: date) -> dict[str, int]:
    """The same, for who has looked the terms up."""
    weights, request = policy.policy.weights, device.request
    tier = policy.tiers.get(device.unit) if device.unit else None
    needs = request is not None and request.accessibility_needs and request.approved_on is not None
    points = {
        "request": request_points(device, policy),
        "tier": tier.points if tier else 0,
        "accessibility": weights.accessibility if needs else 0,
        "failures": failure_points(device, terms, weights.failures, today),
        "support": support_points(terms.support_ends_on, weights.support, today)[0],
        "battery": weights.battery if battery_is_low(device, terms) else 0,
        "age": age_points(device.purchased_on, terms.life_months, weights.age, today)[0],
    }
    return {part: points[part] for part in policy.parts}


def request_points(device: DeviceStanding, policy: PolicyInForce) -> int:
    """By how urgent the request's reason is."""
    request = device.request
    if request is None or request.reason is None or request.approved_on is None:
        return 0
    return policy.policy.weights.request * policy.policy.request_urgency.reasons[request.reason] // FULL_SCORE


def failure_points(device: DeviceStanding, terms: Terms, weight: int, today: date) -> int:
    """A share of the points for each recent failure, all of them at the limit."""
    if not device.failures:
        return 0
    limit = terms.failures.limit
    return weight * min(len(recent_failures(device, terms, today)), limit) // limit


@lru_cache(maxsize=4096)
def support_points(ends_on: date | None, weight: int, today: date) -> tuple[int, date | None]:
    """A twelfth for each of support's last twelve months that has begun; and when the next of them begins."""
    if ends_on is None:
        return 0, None
    steps = [add_months(ends_on, -months) for months in reversed(range(SUPPORT_STEPS))]
    to_come = [step for step in steps if step > today]
    return weight * (SUPPORT_STEPS - len(to_come)) // SUPPORT_STEPS, min(to_come, default=None)


@lru_cache(maxsize=65_536)
def age_points(purchased_on: date | None, life_months: int | None, weight: int, today: date) -> tuple[int, date | None]:
    """In step with age in whole months, half the points at the end of policy life; and when the next point comes."""
    if life_months is None or purchased_on is None:
        return 0, None
    full = LIVES * life_months
    points = weight * min(whole_months(purchased_on, today), full) // full
    if points >= weight:
        return points, None
    return points, add_months(purchased_on, -(-(points + 1) * full // weight))
