"""Whether an entry's place in a wave holds, and the entries of demand that a planner foresaw. Pure."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from schemas.vocabulary import Demand, FundingLine
from services.clock import in_words
from services.refresh.changes import Changes, Left
from services.refresh.policy import PolicyInForce
from services.refresh.records import DemandPlace, Entry, Known, Placement, Standing, Told
from services.refresh.rules.foreseen import foreseen_parts
from services.refresh.rules.standing import DeviceStanding


def newer(before: Standing | None, told: Told | None) -> Standing | None:
    """A device's facts: those told, unless those stored are as new."""
    if told is None or (before is not None and told.facts.revision <= before.revision):
        return before
    facts = told.facts
    return Standing(
        facts.device_id,
        facts.revision,
        facts.state,
        facts.serial,
        facts.kind,
        facts.model,
        facts.os,
        facts.os_version,
        facts.unit,
        facts.purchased_on,
        warranty_ends_on=facts.warranty_ends_on,
        battery_health_percent=facts.battery_health_percent,
        told_on=told.told_on,
    )


def placement_of(entry_id: UUID, known: Known) -> Placement | None:
    """The entry's place in a wave if it holds; without one it waits."""
    placement = known.placements.get(entry_id)
    return placement if placement is not None and placement.holds else None


def fold_demand(entry_id: UUID, known: Known, policy: PolicyInForce, today: date, changes: Changes) -> None:
    """A foreseen device stands in the queue until it is ordered, or withdrawn before a wave holds it."""
    demand, held = known.demands.get(entry_id), known.entries.get(entry_id)
    placement = placement_of(entry_id, known)
    entry = None
    if demand is not None and not (placement is not None and placement.ordered):
        entry = None if demand.withdrawn and placement is None else _foreseen(demand, placement, policy, today)
    changes.settle(held, entry)
    if held is not None and entry is None:
        changes.left.append(_left(held, placement, demand))


def _foreseen(demand: DemandPlace, placement: Placement | None, policy: PolicyInForce, today: date) -> Entry:
    place = DeviceStanding(demand.entry_id, None, demand.kind, unit=demand.unit)
    parts = foreseen_parts(demand.cause, place, policy, today)
    return Entry(
        entry_id=demand.entry_id,
        device_id=None,
        request_id=None,
        request_reference=None,
        serial=None,
        kind=demand.kind,
        model=None,
        unit=demand.unit,
        demand=Demand.BAU,
        rule=f"planned-{demand.cause}",
        reason=f"{demand.reference} foresees it, needed by {in_words(demand.needed_by)}: {demand.reason}",
        policy_version=policy.policy.version,
        due_on=demand.needed_by,
        score=sum(parts.values()),
        score_parts=parts,
        status="planned" if placement else "queued",
        waiting_for=None,
        line=FundingLine.REFRESH_AND_BAU,
        cause=demand.cause,
        wave=placement.wave if placement else None,
        order_id=placement.order_id if placement else None,
        demand_id=demand.demand_id,
    )


def _left(held: Entry, placement: Placement | None, demand: DemandPlace | None) -> Left:
    if placement is not None and placement.order_id is not None:
        return Left(held, "ordered", f"It was ordered in {placement.wave} as {placement.order_id}.")
    if placement is not None:
        return Left(held, "ordered", f"A device from stock is set aside for it in {placement.wave}.")
    return Left(held, "cancelled", f"{demand.reference if demand else 'The demand'} was withdrawn.")
