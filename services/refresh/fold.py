"""The pure heart of the service: from what is stored and what was heard, what the queue is now.

Everything is worked out anew from the last facts, the set of failures and the set of requests, so that neither the
order of events nor their repetition can show in the result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

import msgspec

from schemas.events.register import DeviceFacts
from schemas.vocabulary import Kind
from services.refresh.policy import PolicyInForce
from services.refresh.records import Entry, Known, Request, Standing
from services.refresh.rules import ApprovedRequest, Assessment, DeviceStanding, assess
from services.refresh.rules.standing import IN_USE


@dataclasses.dataclass(slots=True)
class Left:
    """An entry that goes: `cause` is cancelled, ordered or fulfilled."""

    entry: Entry
    cause: str
    explanation: str


@dataclasses.dataclass(slots=True)
class Changes:
    """What to write. `ageing` maps (unit, kind) to what is added to (deployed, past policy life)."""

    standings: list[Standing] = dataclasses.field(default_factory=list)
    entries: list[Entry] = dataclasses.field(default_factory=list)
    announced: list[Entry] = dataclasses.field(default_factory=list)
    left: list[Left] = dataclasses.field(default_factory=list)
    ageing: dict[tuple[str, Kind], tuple[int, int]] = dataclasses.field(default_factory=dict)

    def count(self, before: Standing | None, after: Standing) -> None:
        """Move a device from where it was counted to where it counts now."""
        for standing, sign in ((before, -1), (after, 1)):
            if standing is not None and (where := standing.counted) is not None:
                deployed, past = self.ageing.get(where, (0, 0))
                self.ageing[where] = (deployed + sign, past + sign * standing.past_life)


def fold(
    devices: Iterable[UUID],
    requests: Iterable[UUID],
    known: Known,
    told: Mapping[UUID, DeviceFacts],
    policy: PolicyInForce,
    today: date,
    changes: Changes,
) -> None:
    """Judge the devices and the requests without a device, adding to `changes`.

    `told` holds the newest facts heard of each device.
    """
    for device_id in devices:
        _fold_device(device_id, known, told.get(device_id), policy, today, changes)
    for request_id in requests:
        _fold_loose_request(request_id, known, policy, today, changes)


def _fold_device(
    device_id: UUID, known: Known, told: DeviceFacts | None, policy: PolicyInForce, today: date, changes: Changes
) -> None:
    before = known.standings.get(device_id)
    facts = _newer(before, told)
    request = known.requests.get(device_id)
    seen = device_standing(device_id, facts, known.failures.get(device_id, ()), request)
    judged = assess(seen, policy, today)
    if facts is not None:
        after = msgspec.structs.replace(
            facts, due_on=judged.due_on, past_life=judged.past_life, changes_on=judged.changes_on
        )
        if after != before:
            changes.standings.append(after)
            changes.count(before, after)
    held = known.entries.get(device_id)
    entry = _entry(device_id, seen, facts, request, judged, policy)
    _settle(held, entry, changes)
    if held is not None and entry is None:
        changes.left.append(_left(held, seen))


def _newer(before: Standing | None, told: DeviceFacts | None) -> Standing | None:
    if told is None or (before is not None and told.revision <= before.revision):
        return before
    return Standing(
        told.device_id,
        told.revision,
        told.state,
        told.serial,
        told.kind,
        told.model,
        told.os,
        told.os_version,
        told.unit,
        told.purchased_on,
    )


def device_standing(
    device_id: UUID, facts: Standing | None, failures: tuple[date, ...], request: Request | None
) -> DeviceStanding:
    """What the rules look at. What the register has not told yet is taken from the request."""
    approved = _approved(request)
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
    )


def _approved(request: Request | None) -> ApprovedRequest | None:
    if request is None:
        return None
    return ApprovedRequest(
        request.request_id, request.reference, request.reason, request.approved_on, request.order_id is not None
    )


def _entry(
    device_id: UUID,
    seen: DeviceStanding,
    facts: Standing | None,
    request: Request | None,
    judged: Assessment,
    policy: PolicyInForce,
) -> Entry | None:
    if not judged.in_queue or judged.rule is None or judged.due_on is None or seen.kind is None:
        return None
    ordered = request is not None and request.order_id is not None
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
        status="ordered" if ordered else "queued",
        waiting_for=None if ordered or request is None else request.waiting_for,
        line=judged.line,
        cause=judged.cause,
    )


def _fold_loose_request(request_id: UUID, known: Known, policy: PolicyInForce, today: date, changes: Changes) -> None:
    """A request without a device stands in the queue until it is ordered: there is nothing to hand back after."""
    request = known.loose_requests.get(request_id)
    held, entry = known.entries.get(request_id), None
    if request is not None and request.device_id is None and request.order_id is None:
        seen = device_standing(request_id, None, (), request)
        entry = _entry(request_id, seen, None, request, assess(seen, policy, today), policy)
        entry = entry and msgspec.structs.replace(entry, device_id=None)
    _settle(held, entry, changes)
    if held is not None and entry is None:
        if request is not None and request.order_id is not None:
            left = Left(held, "ordered", f"{request.reference} was ordered as {request.order_id}.")
        else:
            left = Left(held, "cancelled", f"{held.request_reference} names a device, which has its own place.")
        changes.left.append(left)


def _settle(held: Entry | None, entry: Entry | None, changes: Changes) -> None:
    if entry is not None and entry != held:
        changes.entries.append(entry)
        if held is None or _visible(entry) != _visible(held):
            changes.announced.append(entry)


def _visible(entry: Entry) -> Entry:
    """The entry without what its event does not carry."""
    return msgspec.structs.replace(entry, request_id=None, model=None, reason="", status="queued", waiting_for=None)


def _left(held: Entry, seen: DeviceStanding) -> Left:
    gone = seen.state is not None and seen.state not in IN_USE
    if gone and (held.status == "ordered" or (seen.request is not None and seen.request.ordered)):
        return Left(held, "fulfilled", "Its successor was ordered and it is no longer in use.")
    if gone and seen.state is not None:
        return Left(held, "cancelled", f"It is no longer in use: {seen.state.value.replace('_', ' ')}.")
    return Left(held, "cancelled", "By what is known now it is not due within the queue's horizon.")
