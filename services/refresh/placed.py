"""Whether an entry's place in a wave holds, and the entries of demand that a planner foresaw. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from schemas.events.register import DeviceFacts
from schemas.vocabulary import Demand, DeviceState, FundingLine
from services.refresh.changes import Changes, Left
from services.refresh.policy import PolicyInForce
from services.refresh.records import DemandPlace, Entry, Known, Placement, Standing
from services.refresh.rules.calendar import in_words
from services.refresh.rules.foreseen import foreseen_parts


def newer(before: Standing | None, told: DeviceFacts | None) -> Standing | None:
    """A device's facts: those told, unless those stored are as new."""
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


def placement_of(entry_id: UUID, known: Known, told: Mapping[UUID, DeviceFacts]) -> Placement | None:
    """The entry's place in a wave if it holds: by an order, or by a device that lies on the shelf or was handed out.

    A device that left the shelf otherwise serves nobody, so its entry waits again.
    """
    placement = known.placements.get(entry_id)
    if placement is None or placement.stock_device_id is None or placement.served:
        return placement
    shelf = newer(known.standings.get(placement.stock_device_id), told.get(placement.stock_device_id))
    # Of a record that proved to be another's no fact is left but its last state.
    if shelf is None or shelf.state is not DeviceState.IN_STOCK or shelf.kind is None:
        return None
    return placement


def fold_demand(
    entry_id: UUID, known: Known, told: Mapping[UUID, DeviceFacts], policy: PolicyInForce, changes: Changes
) -> None:
    """A foreseen device stands in the queue until it is ordered, or withdrawn before a wave holds it."""
    demand, held = known.demands.get(entry_id), known.entries.get(entry_id)
    placement = placement_of(entry_id, known, told)
    entry = None
    if demand is not None and not (placement is not None and placement.ordered):
        entry = None if demand.withdrawn and placement is None else _foreseen(demand, placement, policy)
    changes.settle(held, entry)
    if held is not None and entry is None:
        changes.left.append(_left(held, placement, demand))


def _foreseen(demand: DemandPlace, placement: Placement | None, policy: PolicyInForce) -> Entry:
    parts = foreseen_parts(demand.cause, demand.unit, policy)
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
