"""How urgent a device is: points by part, whole numbers, at most 1000 together.

The policy promises that a broken device with nothing else against it outranks the oldest frontline device, and that
a frontline device outranks any that is merely older (`policy.py` checks the weights).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from services.refresh.policy import FULL_SCORE, PolicyInForce
from services.refresh.rules.calendar import add_months, whole_months
from services.refresh.rules.due import recent_failures
from services.refresh.rules.standing import DeviceStanding

SUPPORT_STEPS = 12
"""Support's last twelve months: a twelfth of the points for each that has begun, all of them on its last day."""
LIVES = 2
"""Age gives all its points after so many policy lives."""


def score_parts(device: DeviceStanding, policy: PolicyInForce, today: date) -> dict[str, int]:
    """Points by part, always all five; their sum is the score."""
    return {
        "request": request_points(device, policy),
        "frontline": policy.policy.weights.frontline if device.unit in policy.frontline_units else 0,
        "failures": failure_points(device, policy, today),
        "support": support_points(device, policy, today),
        "age": age_points(device, policy, today),
    }


def request_points(device: DeviceStanding, policy: PolicyInForce) -> int:
    """By how urgent the request's reason is."""
    request = device.request
    if request is None or request.reason is None or request.approved_on is None:
        return 0
    return policy.policy.weights.request * policy.policy.request_urgency.reasons[request.reason] // FULL_SCORE


def failure_points(device: DeviceStanding, policy: PolicyInForce, today: date) -> int:
    """A share of the points for each recent failure, all of them at the limit."""
    if not device.failures:
        return 0
    limit = policy.policy.failures.limit
    return policy.policy.weights.failures * min(len(recent_failures(device, policy, today)), limit) // limit


def support_points(device: DeviceStanding, policy: PolicyInForce, today: date) -> int:
    """A twelfth for each of support's last twelve months that has begun."""
    ends_on = support_ends_on(device, policy)
    if ends_on is None:
        return 0
    begun = sum(1 for step in support_steps(ends_on) if step <= today)
    return policy.policy.weights.support * begun // SUPPORT_STEPS


def support_ends_on(device: DeviceStanding, policy: PolicyInForce) -> date | None:
    """The end of model, system, or of the kind as a whole, whichever is first."""
    support = policy.support_of(device.model, device.os, device.os_version)
    withdrawn = policy.policy.kinds[device.kind].withdrawn if device.kind else None
    ends = [end for end in (support and support.ends_on, withdrawn and withdrawn.on) if end]
    return min(ends, default=None)


@lru_cache(maxsize=4096)
def support_steps(ends_on: date) -> tuple[date, ...]:
    """The days on which another twelfth is added, the first one first."""
    return tuple(add_months(ends_on, -months) for months in reversed(range(SUPPORT_STEPS)))


def age_points(device: DeviceStanding, policy: PolicyInForce, today: date) -> int:
    """In step with age in whole months, half the points at the end of policy life."""
    if device.kind is None or device.purchased_on is None:
        return 0
    months = whole_months(device.purchased_on, today)
    full = LIVES * policy.policy.kinds[device.kind].life_months
    return policy.policy.weights.age * min(months, full) // full


def next_age_point_on(device: DeviceStanding, policy: PolicyInForce, today: date) -> date | None:
    """The next day on which age gives another point; None once it gives all."""
    points, weight = age_points(device, policy, today), policy.policy.weights.age
    if device.kind is None or device.purchased_on is None or points >= weight:
        return None
    full = LIVES * policy.policy.kinds[device.kind].life_months
    return add_months(device.purchased_on, -(-(points + 1) * full // weight))
