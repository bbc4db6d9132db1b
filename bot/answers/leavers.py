"""`leavers`: devices still with people who have left, or who now work in another unit than their device stands in."""

from __future__ import annotations

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Leavers
from bot.notices import names_of
from bot.render import leavers
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.register import queries as register_queries


async def answer(desk: Desk, viewer: Viewer, asked: Leavers) -> Message:
    """Of the viewer's units, or of one of them."""
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "leavers", asked.unit or "own units", unit=asked.unit)
        left = await register_queries.leavers(connection, seen, desk.today)
        moved = await register_queries.movers(connection, seen, desk.today)
    says = viewer.has(Role.MANAGER, Role.PLANNER)
    return leavers.render(left, moved, desk.unit_names, names_of(desk), says_who_leaves=says)
