"""Sentences for people: what each part of a score means, and why a device is not due."""

from __future__ import annotations

from datetime import date

from schemas.vocabulary import DeviceState
from services.refresh.policy import PolicyInForce
from services.refresh.rules.calendar import in_words, whole_months
from services.refresh.rules.due import due, recent_failures
from services.refresh.rules.score import score_parts, support_ends_on
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
    parts, weights, said = score_parts(device, policy, today), policy.policy.weights, {}
    said["request"] = _request_words(device)
    said["frontline"] = (
        f"{device.unit} is frontline." if parts["frontline"] else f"{device.unit or 'No unit'} is not frontline."
    )
    limit = policy.policy.failures
    failed = len(recent_failures(device, policy, today))
    said["failures"] = f"{failed} of {limit.limit} failures counted within {limit.months} months."
    ends_on = support_ends_on(device, policy)
    said["support"] = f"Support ends on {in_words(ends_on)}." if ends_on else "No end of support is known."
    if device.kind is None or device.purchased_on is None:
        said["age"] = "Its kind or purchase date is not known."
    else:
        months, life = whole_months(device.purchased_on, today), policy.policy.kinds[device.kind].life_months
        said["age"] = f"{months} months old; policy life is {life} months."
    most = {part: getattr(weights, part) for part in parts}
    return {part: f"{parts[part]} of {most[part]}: {words}" for part, words in said.items()}


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
