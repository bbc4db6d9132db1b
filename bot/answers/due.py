"""`due` and `queue`: what falls due, and who is first."""

from __future__ import annotations

from bot.answers.entitlement import entitled, find_unit
from bot.desk import Desk
from bot.grammar import Due, Queue
from bot.render import due
from bot.render.message import Message
from services.access.viewer import Viewer
from services.refresh import queries as refresh_queries


async def answer_due(desk: Desk, viewer: Viewer, asked: Due) -> Message:
    """Overdue and coming, by month and kind."""
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "due", asked.unit or "own units", unit=asked.unit)
        view = await refresh_queries.due(connection, seen, desk.today, asked.months)
    unit = find_unit(desk, asked.unit).name if asked.unit else None
    return due.render_due(view, asked.months, unit, desk.unit_names)


async def answer_queue(desk: Desk, viewer: Viewer, _asked: Queue) -> Message:
    """The first of the queue."""
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "queue", "own units")
        lines = await refresh_queries.queue(connection, seen, desk.today)
    return due.render_queue(lines, desk.unit_names)
