"""`request R-123`: one request, for those it concerns."""

from __future__ import annotations

from bot.answers.entitlement import looking
from bot.desk import Desk
from bot.grammar import Request
from bot.notices import names_of
from bot.render import request
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.errors import NotFound
from services.requests import queries as requests_queries


async def answer(desk: Desk, viewer: Viewer, asked: Request) -> Message:
    """The timeline and the next step."""
    async with desk.pool.acquire() as connection, looking(desk, connection, viewer, "request", asked.reference):
        view = await requests_queries.request_by_reference(connection, viewer, asked.reference, today=desk.today)
        if view is None:
            raise NotFound(
                f"There is no request {asked.reference} of yours or waiting for you. `/kit request` lists your own."
            )
    return request.timeline(view, desk.unit_names, names_of(desk), planner=viewer.has(Role.PLANNER))
