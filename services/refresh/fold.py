"""The pure heart of the service: from what is stored and what was heard, what the queue is now.

Everything is worked out anew from the last facts, the set of failures and the set of requests, so that neither the
order of events nor their repetition can show in the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

import msgspec

from services.refresh.changes import Changes, Left
from services.refresh.placed import fold_demand, newer, placement_of
from services.refresh.policy import PolicyInForce
from services.refresh.records import Entry, Known, Placement, Request, Standing, Told
from services.refresh.rules import ApprovedRequest, Assessment, DeviceStanding, assess
from services.refresh.rules.standing import IN_USE


def fold(
    devices: Iterable[UUID],
    requests: Iterable[UUID],
    demands: Iterable[UUID],
    known: Known,
    told: Mapping[UUID, Told],
    policy: PolicyInForce,
    today: date,
    changes: Changes,
) -> None:
    """Judge the devices, the requests without a device and the planned demand, adding to `changes`.

    `told` holds the newest facts heard of each device; `demands` are ids of entries.
    """
    for device_id in devices:
        _fold_device(device_id, known, told, policy, today, changes)
    for request_id in requests:
        _fold_loose_request(request_id, known, policy, today, changes)
    for entry_id in demands:
        fold_demand(entry_id, known, policy, today, changes)


def _fold_device(
    device_id: UUID,
    known: Known,
    told: Mapping[UUID, Told],
    policy: PolicyInForce,
    today: date,
    changes: Changes,
) -> None:
    before = known.standings.get(device_id)
    facts = newer(before, told.get(device_id))
    request, placement = known.requests.get(device_id), placement_of(device_id, known)
    seen = device_standing(device_id, facts, known.failures.get(device_id, ()), request, placement)
    judged = assess(seen, policy, today)
    if facts is not None:
        after = msgspec.structs.replace(
            facts, due_on=judged.due_on, past_life=judged.past_life, changes_on=judged.changes_on
        )
        if after != before:
            changes.standings.append(after)
            changes.count(before, after)
    held = known.entries.get(device_id)
    entry = _entry(device_id, seen, facts, request, placement, judged, policy)
    changes.settle(held, entry)
    if held is not None and entry is None:
        changes.left.append(_left(held, seen, placement))


def device_standing(
    device_id: UUID,
    facts: Standing | None,
    failures: tuple[date, ...],
    request: Request | None,
    placement: Placement | None,
) -> DeviceStanding:
    """What the rules look at. What the register has not told yet is taken from the request."""
    approved = _approved(request, placement)
    if facts is None:
        kind, unit = (request.kind, request.unit) if request else (None, None)
        return DeviceStanding(device_id, None, kind, unit=unit, failures=failures, request=approved)
    return DeviceStanding(
        device_id,
        facts.state,
        facts.kind or (request.kind if request else None),
        facts.model,
        facts.unit or (request.unit if request else None),
        facts.os,
        facts.os_version,
        facts.purchased_on,
        failures,
        approved,
        facts.warranty_ends_on,
        facts.battery_health_percent,
        facts.told_on,
    )


def _approved(request: Request | None, placement: Placement | None) -> ApprovedRequest | None:
    if request is None:
        return None
    return ApprovedRequest(
        request.request_id,
        request.reference,
        request.reason,
        request.approved_on,
        _ordered(request, placement),
        accessibility_needs=request.accessibility_needs is True,
    )


def _ordered(request: Request | None, placement: Placement | None) -> bool:
    """Whether the device's successor is ordered, for its request or in a wave."""
    return (request is not None and request.ordered) or (placement is not None and placement.ordered)


def _entry(
    device_id: UUID,
    seen: DeviceStanding,
    facts: Standing | None,
    request: Request | None,
    placement: Placement | None,
    judged: Assessment,
    policy: PolicyInForce,
) -> Entry | None:
    if not judged.in_queue or judged.rule is None or judged.due_on is None or seen.kind is None:
        return None
    ordered = _ordered(request, placement)
    return Entry(
        entry_id=device_id,
        device_id=device_id,
        request_id=request.request_id if request else None,
        request_reference=request.reference if request else None,
        serial=facts.serial if facts else request.serial if request else None,
        kind=seen.kind,
        model=seen.model,
        unit=seen.unit,
        demand=judged.demand,
        rule=judged.rule,
        reason=judged.reason,
        policy_version=policy.policy.version,
        due_on=judged.due_on,
        score=judged.score,
        score_parts=judged.parts,
        status="ordered" if ordered else "planned" if placement else "queued",
        waiting_for=None if ordered or request is None else request.waiting_for,
        line=judged.line,
        cause=judged.cause,
        wave=placement.wave if placement else None,
        order_id=placement.order_id if placement else request.order_id if request and request.ordered else None,
    )


def _fold_loose_request(request_id: UUID, known: Known, policy: PolicyInForce, today: date, changes: Changes) -> None:
    """A request without a device stands in the queue until it is ordered: there is nothing to hand back after."""
    request = known.loose_requests.get(request_id)
    held, entry = known.entries.get(request_id), None
    if request is not None and _still_wants(request):
        seen = device_standing(request_id, None, (), request, None)
        entry = _entry(request_id, seen, None, request, None, assess(seen, policy, today), policy)
        entry = entry and msgspec.structs.replace(entry, device_id=None)
    changes.settle(held, entry)
    if held is not None and entry is None:
        if request is not None and request.order_id is not None:
            left = Left(held, "ordered", f"{request.reference} was ordered as {request.order_id}.")
        elif request is not None and request.from_stock:
            left = Left(held, "ordered", f"{request.reference} is served from stock.")
        elif request is not None and request.ended:
            left = Left(held, "cancelled", f"{request.reference} was withdrawn.")
        else:
            left = Left(held, "cancelled", f"{held.request_reference} names a device, which has its own place.")
        changes.left.append(left)


def _still_wants(request: Request) -> bool:
    unserved = request.order_id is None and not request.from_stock
    return request.device_id is None and unserved and not request.ended


def _left(held: Entry, seen: DeviceStanding, placement: Placement | None) -> Left:
    gone = seen.state is not None and seen.state not in IN_USE
    if gone and (held.status == "ordered" or (seen.request is not None and seen.request.ordered)):
        return Left(held, "fulfilled", "Its successor was ordered and it is no longer in use.")
    if gone and placement is not None and placement.ordered:
        return Left(held, "fulfilled", f"Its successor was ordered in {placement.wave} and it is no longer in use.")
    spare = ""
    if placement is not None and placement.order_id is not None:
        spare = f" What {placement.wave} orders for it goes to stock."
    elif placement is not None:
        spare = f" What {placement.wave} set aside for it stays in stock."
    if gone and seen.state is not None:
        return Left(held, "cancelled", f"It is no longer in use: {seen.state.value.replace('_', ' ')}.{spare}")
    return Left(held, "cancelled", f"By what is known now it is not due within the queue's horizon.{spare}")
