"""`find` and `why`: one device, what happened to it, and why it stands where it stands."""

from __future__ import annotations

from bot.answers.entitlement import MANAGER_UP, entitled
from bot.desk import Desk
from bot.grammar import Find, Why
from bot.render import device, why
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.errors import NotFound
from services.refresh import queries as refresh_queries
from services.register import queries as register_queries

EVERYBODY = frozenset({Role.STAFF})


async def answer_find(desk: Desk, viewer: Viewer, asked: Find) -> Message:
    """Everybody may look up what they may see: staff their own, managers their units', others all."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "find", asked.term, roles=EVERYBODY)
        found = await register_queries.find_device(connection, viewer, asked.term, desk.today)
        if found is None:
            raise NotFound(_unseen(asked.term))
        history = await register_queries.device_history(connection, viewer, found.device_id, 20)
    return device.render(found, history, desk.unit_names, may_ask_why=viewer.has(*MANAGER_UP))


async def answer_why(desk: Desk, viewer: Viewer, asked: Why) -> Message:
    """Rule, version and score of a device in the viewer's units."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "why", asked.serial)
        view = await refresh_queries.why(connection, viewer, asked.serial, desk.today)
    if view is None:
        raise NotFound(_unseen(asked.serial))
    return why.render(view, desk.unit_names)


def _unseen(term: str) -> str:
    return f"I know no device “{term}” among those you may see. Check the serial number or asset tag on its label."
