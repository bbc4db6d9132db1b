"""Sentences for people: what each part of a score means, and why a device is not due."""

from __future__ import annotations

from datetime import date

from schemas.vocabulary import DeviceState
from services.clock import in_words
from services.refresh.policy import PolicyInForce, Terms
from services.refresh.rules.calendar import whole_months
from services.refresh.rules.due import due, recent_failures, terms_of
from services.refresh.rules.score import score_parts
from services.refresh.rules.standing import IN_USE, DeviceStanding

_ELSEWHERE = {
    DeviceState.ORDERED: "It is ordered and not yet delivered.",
    DeviceState.IN_STOCK: "It lies in stock: only devices in use are refreshed.",
    DeviceState.RETURNED: "It was returned.",
    DeviceState.SANITISED: "It was returned and sanitised.",
    DeviceState.RESOLD: "It was sold.",
    DeviceState.REDISTRIBUTED: "It was given away.",
    DeviceState.RECYCLED: "It was recycled.",
    DeviceState.WRITTEN_OFF: "It was written off.",
}


def explain(device: DeviceStanding, policy: PolicyInForce, today: date) -> dict[str, str]:
    """A sentence for each part of the score."""
    parts, weights, terms = score_parts(device, policy, today), policy.policy.weights, terms_of(device, policy)
    said = {
        "request": _request_words(device),
        "tier": _tier_words(device, policy),
        "accessibility": _accessibility_words(device),
        "failures": _failure_words(device, terms, today),
        "support": _support_words(terms),
        "battery": _battery_words(device, terms),
        "age": _age_words(device, terms, today),
    }
    return {part: f"{points} of {getattr(weights, part)}: {said[part]}" for part, points in parts.items()}


def _tier_words(device: DeviceStanding, policy: PolicyInForce) -> str:
    if device.unit is None:
        return "Its unit is not known."
    tier = policy.tiers.get(device.unit)
    return f"{device.unit} is {tier.name}." if tier else f"{device.unit} is in no tier that comes first."


def _accessibility_words(device: DeviceStanding) -> str:
    request = device.request
    if request is None or request.approved_on is None or not request.accessibility_needs:
        return "No request names an accessibility need."
    return f"{request.reference} names an accessibility need."


def _failure_words(device: DeviceStanding, terms: Terms, today: date) -> str:
    failed = len(recent_failures(device, terms, today))
    return f"{failed} of {terms.failures.limit} failures counted within {terms.failures.months} months."


def _support_words(terms: Terms) -> str:
    ends_on = terms.support_ends_on
    return f"Support ends on {in_words(ends_on)}." if ends_on else "No end of support is known."


def _battery_words(device: DeviceStanding, terms: Terms) -> str:
    if device.battery_percent is None:
        return "Nothing is known of its battery."
    held = f"Its battery holds {device.battery_percent} % of what it held when new"
    if terms.battery_below is None:
        return f"{held}; the policy asks nothing of it."
    return f"{held}; the policy asks {terms.battery_below} %."


def _age_words(device: DeviceStanding, terms: Terms, today: date) -> str:
    if terms.life_months is None or device.purchased_on is None:
        return "Its kind or purchase date is not known."
    return f"{whole_months(device.purchased_on, today)} months old; policy life is {terms.life_months} months."


def _request_words(device: DeviceStanding) -> str:
    request = device.request
    if request is None or request.reason is None:
        return "No approved request."
    return f"{request.reference} was approved ({request.reason.value.replace('_', ' ')})."


def not_due_because(device: DeviceStanding, policy: PolicyInForce, today: date) -> str:
    """Why a device is not in the queue."""
    if device.state is None:
        return "Nothing but failures or requests is known of it yet."
    if device.state not in IN_USE:
        return _ELSEWHERE[device.state]
    decided = due(device, policy, today)
    if decided is not None:
        months = policy.policy.horizon.months
        return f"{decided.reason} That is more than {months} months ahead, so it is not queued yet."
    if device.kind is None:
        return "Its kind is not known, so no policy holds for it."
    return "Its purchase date is not known, nor any end of support."
