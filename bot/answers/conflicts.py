"""`conflicts`: serials that two records claim, for those who settle them and those who audit it."""

from __future__ import annotations

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Conflicts
from bot.render import conflicts
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.register import queries as register_queries

SETTLES = (Role.PLANNER, Role.DIRECTOR)
LOOKS = frozenset({*SETTLES, Role.AUDITOR})


async def answer(desk: Desk, viewer: Viewer, _asked: Conflicts) -> Message:
    """The oldest open ones, with buttons for those who settle them."""
    async with desk.pool.acquire() as connection:
        await entitled(
            desk,
            connection,
            viewer,
            "conflicts",
            "all open",
            roles=LOOKS,
            whose="planners and directors, and auditors may look",
        )
        view = await register_queries.open_conflicts(connection, viewer)
    return conflicts.render(view, desk.unit_names, may_settle=viewer.has(*SETTLES))
