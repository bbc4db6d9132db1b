"""`alerts`: what is open for this person's roles and units."""

from __future__ import annotations

from bot.desk import Desk
from bot.grammar import Alerts
from bot.render import alerts
from bot.render.message import Message
from services.access.viewer import Viewer


async def answer(desk: Desk, viewer: Viewer, _asked: Alerts) -> Message:
    """The query applies units and roles."""
    async with desk.pool.acquire() as connection:
        found = await desk.watch.open_alerts(connection, viewer)
    return alerts.render_open(found, desk.unit_names)
