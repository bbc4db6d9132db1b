"""When a device is due, by which rule, and why in words.

An approved request decides before everything, then repeated failure; of the rest the earliest does. Words name days,
never spans up to today, so that they stay true while time passes.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from schemas.vocabulary import Kind, RequestReason
from services.refresh.policy import PolicyInForce
from services.refresh.rules.calendar import add_months, in_words
from services.refresh.rules.standing import IN_USE, DeviceStanding


class Due(NamedTuple):
    """A rule that makes the device due on a day."""

    due_on: date
    rule: str
    reason: str


_REQUESTED = {
    RequestReason.BROKEN: "It is broken",
    RequestReason.SLOW: "It is too slow to work with",
    RequestReason.LOST: "It was lost",
    RequestReason.STOLEN: "It was stolen",
    RequestReason.END_OF_LIFE: "It has come to the end of its life",
    RequestReason.ACCESSIBILITY: "Its user needs other accessibility",
}
_KINDS = {kind: f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}" for kind in Kind}


def due(device: DeviceStanding, policy: PolicyInForce, today: date) -> Due | None:
    """The rule that decides, or None where none holds: not in use, or nothing known that ends."""
    if requested := by_request(device):
        return requested
    if device.state not in IN_USE or device.kind is None:
        return None
    if failed := by_failures(device, policy, today):
        return failed
    known = [each for each in (by_age(device, policy), by_support(device, policy), by_kind(device, policy)) if each]
    return min(known, default=None)


def by_request(device: DeviceStanding) -> Due | None:
    """An approved request stands whatever became of the device, until a successor is ordered for one no longer used."""
    request = device.request
    if request is None or request.reason is None or request.approved_on is None:
        return None
    if request.ordered and device.state is not None and device.state not in IN_USE:
        return None
    words = f"{_REQUESTED[request.reason]}: {request.reference} was approved on {in_words(request.approved_on)}."
    return Due(request.approved_on, f"request-{request.reason.value.replace('_', '-')}", words)


def by_failures(device: DeviceStanding, policy: PolicyInForce, today: date) -> Due | None:
    """Repeated failure: due on the day of the failure that reached the limit."""
    limit = policy.policy.failures
    recent = recent_failures(device, policy, today)
    if len(recent) < limit.limit:
        return None
    days = ", ".join(in_words(day) for day in recent)
    words = f"It failed {len(recent)} times within {limit.months} months: {days}."
    return Due(recent[limit.limit - 1], "repeated-failure", words)


def recent_failures(device: DeviceStanding, policy: PolicyInForce, today: date) -> list[date]:
    """Failures that count today. One counts from its day until the policy's months after it."""
    if not device.failures:
        return []
    months = policy.policy.failures.months
    return [day for day in device.failures if day <= today < add_months(day, months)]


def by_age(device: DeviceStanding, policy: PolicyInForce) -> Due | None:
    """The end of policy life, counted from purchase."""
    ends_on = life_ends_on(device, policy)
    if ends_on is None or device.kind is None or device.purchased_on is None:
        return None
    months = policy.policy.kinds[device.kind].life_months
    words = (
        f"It was bought on {in_words(device.purchased_on)}; the policy life of {_KINDS[device.kind]}, "
        f"{months} months, runs to {in_words(ends_on)}."
    )
    return Due(ends_on, "end-of-policy-life", words)


def life_ends_on(device: DeviceStanding, policy: PolicyInForce) -> date | None:
    """The first day past policy life; None where kind or purchase date is not known."""
    if device.kind is None or device.purchased_on is None:
        return None
    return add_months(device.purchased_on, policy.policy.kinds[device.kind].life_months)


def by_support(device: DeviceStanding, policy: PolicyInForce) -> Due | None:
    """The end of the maker's support, of the model or of the newest system that the model can take."""
    support = policy.support_of(device.model, device.os, device.os_version)
    if support is None or device.kind is None:
        return None
    if support.by_system:
        words = f"Support for {support.of} ends on {in_words(support.ends_on)}, and {device.model} takes no newer one."
        return Due(support.ends_on, "end-of-system-support", words)
    return Due(
        support.ends_on, "end-of-model-support", f"Support for {support.of} ends on {in_words(support.ends_on)}."
    )


def by_kind(device: DeviceStanding, policy: PolicyInForce) -> Due | None:
    """A kind that is bought no more."""
    withdrawn = policy.policy.kinds[device.kind].withdrawn if device.kind else None
    if withdrawn is None or device.kind is None:
        return None
    words = (
        f"{device.kind.value.capitalize()}s were withdrawn on {in_words(withdrawn.on)}; "
        f"{_KINDS[withdrawn.replaced_by]} takes its place."
    )
    return Due(withdrawn.on, "kind-withdrawn", words)
