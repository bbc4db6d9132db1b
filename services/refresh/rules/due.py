"""When a device is due, by which rule, and why in words.

An approved request decides before everything, then repeated failure; of the rest the earliest does. Words name days,
never spans up to today, so that they stay true while time passes. They are made only for the rule that decides.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from schemas.vocabulary import Kind, RequestReason
from services.clock import in_words
from services.refresh.policy import PolicyInForce, Terms
from services.refresh.rules.calendar import add_months
from services.refresh.rules.standing import IN_USE, DeviceStanding

AGE, MODEL_SUPPORT, SYSTEM_SUPPORT = "end-of-policy-life", "end-of-model-support", "end-of-system-support"
WITHDRAWN, WARRANTY, BATTERY = "kind-withdrawn", "out-of-warranty", "battery-worn"


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
A_KIND = {kind: f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}" for kind in Kind}
"""A kind with its article."""


def terms_of(device: DeviceStanding, policy: PolicyInForce) -> Terms:
    """What the policy says of such devices."""
    return policy.terms_of(device.kind, device.model, device.os, device.os_version)


def due(device: DeviceStanding, policy: PolicyInForce, today: date) -> Due | None:
    """The rule that decides, or None where none holds: not in use, or nothing known that ends."""
    return due_by(device, terms_of(device, policy), today)


def due_by(device: DeviceStanding, terms: Terms, today: date) -> Due | None:
    """The same, for who has looked the terms up."""
    if device.request is not None and (requested := by_request(device)):
        return requested
    if device.state not in IN_USE or device.kind is None:
        return None
    if device.failures and (failed := by_failures(device, terms, today)):
        return failed
    first = min(_ends(device, terms), default=None)
    return None if first is None else Due(*first, _words(first[1], first[0], device, terms))


def by_request(device: DeviceStanding) -> Due | None:
    """An approved request stands whatever became of the device, until a successor is ordered for one no longer used."""
    request = device.request
    if request is None or request.reason is None or request.approved_on is None:
        return None
    if request.ordered and device.state is not None and device.state not in IN_USE:
        return None
    words = f"{_REQUESTED[request.reason]}: {request.reference} was approved on {in_words(request.approved_on)}."
    return Due(request.approved_on, f"request-{request.reason.value.replace('_', '-')}", words)


def by_failures(device: DeviceStanding, terms: Terms, today: date) -> Due | None:
    """Repeated failure: due on the day of the failure that reached the limit."""
    recent = recent_failures(device, terms, today)
    if len(recent) < terms.failures.limit:
        return None
    days = ", ".join(in_words(day) for day in recent)
    words = f"It failed {len(recent)} times within {terms.failures.months} months: {days}."
    return Due(recent[terms.failures.limit - 1], "repeated-failure", words)


def recent_failures(device: DeviceStanding, terms: Terms, today: date) -> list[date]:
    """Failures that count today. One counts from its day until the policy's months after it."""
    if not device.failures:
        return []
    months = terms.failures.months
    return [day for day in device.failures if day <= today < add_months(day, months)]


def _ends(device: DeviceStanding, terms: Terms) -> list[tuple[date, str]]:
    """Every end that is known, with its rule; none of them moves with time."""
    ends = []
    if (life_end := life_ends_on(device, terms)) is not None:
        ends.append((life_end, AGE))
    if (support := terms.support) is not None:
        ends.append((support.ends_on, SYSTEM_SUPPORT if support.by_system else MODEL_SUPPORT))
    if terms.withdrawn is not None:
        ends.append((terms.withdrawn.on, WITHDRAWN))
    if terms.warranty_months is not None and device.warranty_ends_on is not None:
        ends.append((add_months(device.warranty_ends_on, terms.warranty_months), WARRANTY))
    if battery_is_low(device, terms) and device.told_on is not None:
        ends.append((device.told_on, BATTERY))
    return ends


def life_ends_on(device: DeviceStanding, terms: Terms) -> date | None:
    """The first day past policy life; None where kind or purchase date is not known."""
    if terms.life_months is None or device.purchased_on is None:
        return None
    return add_months(device.purchased_on, terms.life_months)


def battery_is_low(device: DeviceStanding, terms: Terms) -> bool:
    """True if its battery is known to hold less than the policy asks of its kind."""
    limit, held = terms.battery_below, device.battery_percent
    return limit is not None and held is not None and held < limit


def _words(rule: str, ends_on: date, device: DeviceStanding, terms: Terms) -> str:
    """Why, in a sentence. What a rule names is known, or the rule would not hold."""
    kind, day = device.kind, in_words(ends_on)
    assert kind is not None, "no rule holds for an unknown kind"
    if rule == AGE:
        assert device.purchased_on is not None, "age is counted from purchase"
        return (
            f"It was bought on {in_words(device.purchased_on)}; the policy life of {_whose_life(device, terms)}, "
            f"{terms.life_months} months, runs to {day}."
        )
    if rule == WARRANTY:
        assert device.warranty_ends_on is not None, "the rule counts from the end of warranty"
        months, ends = terms.warranty_months, in_words(device.warranty_ends_on)
        if not months:
            return f"Its warranty ends on {ends}, and the policy keeps {A_KIND[kind]} no longer."
        return f"Its warranty ends on {ends}; the policy keeps {A_KIND[kind]} for {months} months after that."
    if rule == BATTERY:
        return (
            f"Its battery holds {device.battery_percent} % of what it held when new, as told on {day}; "
            f"the policy asks {terms.battery_below} % of {A_KIND[kind]}."
        )
    if rule == WITHDRAWN:
        assert terms.withdrawn is not None, "the rule names the withdrawal"
        instead = A_KIND[terms.withdrawn.replaced_by]
        return f"{kind.value.capitalize()}s were withdrawn on {day}; {instead} takes its place."
    assert terms.support is not None, "what is left is the end of support"
    if rule == SYSTEM_SUPPORT:
        return f"Support for {terms.support.of} ends on {day}, and {device.model} takes no newer one."
    return f"Support for {terms.support.of} ends on {day}."


def _whose_life(device: DeviceStanding, terms: Terms) -> str:
    """A model that has a life of its own is named."""
    assert device.kind is not None, "the life of an unknown kind is not known"
    return f"{A_KIND[device.kind]} like {device.model}" if terms.own_life else A_KIND[device.kind]
