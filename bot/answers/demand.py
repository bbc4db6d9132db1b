"""`demand`: devices that joiners or growth will need, put into the queue before there is a device to replace."""

from __future__ import annotations

from bot.answers.entitlement import find_unit
from bot.desk import Desk
from bot.grammar import PlanDemand
from bot.render import demand
from bot.render.message import Message
from services.access.viewer import Viewer


async def add(desk: Desk, viewer: Viewer, asked: PlanDemand, key: str) -> Message:
    """The command checks who may, and audits it."""
    unit = find_unit(desk, asked.unit)
    added = await desk.demands.add(
        viewer,
        cause=asked.cause,
        kind=asked.kind,
        unit=unit.code,
        quantity=asked.quantity,
        needed_by=asked.needed_by,
        reason=asked.reason,
        idempotency_key=key,
    )
    return demand.render_added(added, unit.name)
