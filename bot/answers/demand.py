"""`demand`: devices that joiners or growth will need, put into the queue before there is a device to replace."""

from __future__ import annotations

from bot.answers.entitlement import entitled, find_unit
from bot.desk import Desk
from bot.grammar import Demands, PlanDemand, WithdrawDemand
from bot.grammar.days import day_of
from bot.render import demand
from bot.render.message import Message
from services.access.viewer import Viewer
from services.errors import NotFound
from services.refresh import queries as refresh_queries


async def answer(desk: Desk, viewer: Viewer, _asked: Demands) -> Message:
    """What was foreseen for the viewer's units and is not ordered yet."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "demand", "all")
        found = await refresh_queries.planned_demands(connection, viewer)
    return demand.render_list(found, desk.unit_names)


async def add(desk: Desk, viewer: Viewer, asked: PlanDemand, key: str) -> Message:
    """The command checks who may, and audits it."""
    unit = find_unit(desk, asked.unit)
    added = await desk.demands.add(
        viewer,
        cause=asked.cause,
        kind=asked.kind,
        unit=unit.code,
        quantity=asked.quantity,
        needed_by=day_of(asked.needed_by, desk.today),
        reason=asked.reason,
        idempotency_key=key,
    )
    return demand.render_added(added, unit.name)


async def withdraw(desk: Desk, viewer: Viewer, asked: WithdrawDemand, key: str) -> Message:
    """The command checks who may, and audits it."""
    async with desk.pool.acquire() as connection:
        demand_id = await refresh_queries.demand_id_of(connection, viewer, asked.reference)
    if demand_id is None:
        raise NotFound(f"There is no planned demand {asked.reference}. `/kit demand` lists what is not ordered yet.")
    left = await desk.demands.withdraw(viewer, demand_id, reason=asked.reason, idempotency_key=key)
    return demand.render_withdrawn(left, desk.unit_names)
