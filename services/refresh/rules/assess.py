"""The whole judgement of one device on one day, and how long it holds.

Time alone changes judgements: a device falls due, ages, a failure is forgotten. So an assessment names the next day
on which it could read otherwise; until then it is true without being looked at again (a test holds it to that).

Most devices have neither failed nor been asked for, and their battery holds. What is said of one of those is said of
all that are alike in the few facts that decide, so it is worked out once a day and remembered; a test compares it with
the judgement made anew.
"""

from __future__ import annotations

from datetime import date

import msgspec

from schemas.vocabulary import BauCause, Demand, FundingLine
from services.refresh.policy import PolicyInForce, Terms
from services.refresh.rules.calendar import add_months
from services.refresh.rules.demand import cause_of, demand_of
from services.refresh.rules.due import battery_is_low, due_by, life_ends_on, terms_of
from services.refresh.rules.score import age_points, points_of, support_points
from services.refresh.rules.standing import IN_USE, DeviceStanding


class Assessment(msgspec.Struct, frozen=True):
    """What the policy says of a device. `score` is the sum of `parts`, both empty while it is not in the queue.

    `past_life` tells only of age; `changes_on` is the first day on which anything here may differ. `line` pays for the
    successor; `cause` is None for refresh demand. Devices that are alike share one, so nothing in it may be changed.
    """

    due_on: date | None
    rule: str | None
    reason: str
    in_queue: bool
    demand: Demand
    score: int
    parts: dict[str, int]
    past_life: bool
    changes_on: date | None
    line: FundingLine
    cause: BauCause | None


def assess(device: DeviceStanding, policy: PolicyInForce, today: date) -> Assessment:
    """Judge a device. Pure and total: the same facts, policy and day always give the same answer."""
    number, terms = policy.numbered_terms(device.kind, device.model, device.os, device.os_version)
    if device.request is not None or device.failures or battery_is_low(device, terms):
        return judge_anew(device, policy, today)
    alike = (
        number,
        device.state in IN_USE,
        device.purchased_on,
        policy.tiers.get(device.unit) if device.unit else None,
        device.warranty_ends_on if terms.warranty_months is not None else None,
    )
    judged: dict[object, Assessment] = policy.memory.of(today)
    known = judged.get(alike)
    if known is None:
        known = judged[alike] = judge_anew(device, policy, today)
    return known


def judge_anew(device: DeviceStanding, policy: PolicyInForce, today: date) -> Assessment:
    """Judge a device without remembering."""
    terms = terms_of(device, policy)
    decided = due_by(device, terms, today)
    life_end = life_ends_on(device, terms)
    enters_on = None if decided is None else add_months(decided.due_on, -policy.policy.horizon.months)
    in_queue = enters_on is not None and enters_on <= today
    parts = points_of(device, terms, policy, today) if in_queue else {}
    reason = device.request.reason if device.request else None
    turning = [life_end, enters_on]
    if device.failures:
        turning += _failure_turns(device, terms)
    if in_queue:
        weights = policy.policy.weights
        turning.append(support_points(terms.support_ends_on, weights.support, today)[1])
        turning.append(age_points(device.purchased_on, terms.life_months, weights.age, today)[1])
    return Assessment(
        due_on=decided.due_on if decided else None,
        rule=decided.rule if decided else None,
        reason=decided.reason if decided else "",
        in_queue=in_queue,
        demand=demand_of(reason),
        score=sum(parts.values()),
        parts=parts,
        past_life=life_end is not None and life_end <= today,
        changes_on=min((day for day in turning if day is not None and day > today), default=None),
        line=terms.line,
        cause=cause_of(reason),
    )


def _failure_turns(device: DeviceStanding, terms: Terms) -> list[date]:
    """Days on which a failure begins or ceases to count."""
    months = terms.failures.months
    return [turn for day in device.failures for turn in (day, add_months(day, months))]
