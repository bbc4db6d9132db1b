"""`alerts`: what is open for this person's roles and units."""

from __future__ import annotations

from bot.desk import Desk
from bot.grammar import Alerts
from bot.notices import names_of
from bot.render import alert_list
from bot.render.message import Message
from services.access import audit
from services.access.viewer import Viewer
from services.watch import queries as watch_queries


async def answer(desk: Desk, viewer: Viewer, asked: Alerts) -> Message:
    """The query applies units and roles. Contracts and orders that an alert names are a sensitive read, and audited."""
    async with desk.pool.acquire() as connection:
        found = await watch_queries.open_alerts(connection, viewer, desk.today)
        shown = [each for each in found if each.is_mine] if asked.mine else found
        if any(each.audience == "commercial" for each in shown):
            await audit.record(connection, desk.clock.now(), viewer, "alerts", "commercial", granted=True)
    return alert_list.render(shown, names_of(desk), mine=asked.mine)
