"""`alerts`: what is open for this person's roles and units."""

from __future__ import annotations

from bot.desk import Desk
from bot.grammar import Alerts
from bot.render import alerts
from bot.render.message import Message
from services.access import audit
from services.access.viewer import Viewer
from services.watch import queries as watch_queries


async def answer(desk: Desk, viewer: Viewer, _asked: Alerts) -> Message:
    """The query applies units and roles. Contracts and orders that an alert names are a sensitive read, and audited."""
    async with desk.pool.acquire() as connection:
        found = await watch_queries.open_alerts(connection, viewer)
        if any(each.audience == "commercial" for each in found):
            await audit.record(connection, desk.clock.now(), viewer, "alerts", "commercial", granted=True)
    return alerts.render_open(found)
