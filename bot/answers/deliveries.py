"""`deliveries`: what waits to be allocated, sent, confirmed, checked and handed back."""

from __future__ import annotations

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Deliveries
from bot.notices import names_of
from bot.render import delivery
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.requests import queries

SEES = frozenset({Role.PLANNER, Role.DIRECTOR, Role.AUDITOR})
WHOSE = "planners, directors and auditors"


async def answer(desk: Desk, viewer: Viewer, asked: Deliveries) -> Message:
    """Of all units, or of one of them."""
    async with desk.pool.acquire() as connection:
        seen = await entitled(
            desk, connection, viewer, "deliveries", asked.unit or "all units", unit=asked.unit, roles=SEES, whose=WHOSE
        )
        counts = await queries.delivery_counts(connection, seen)
        rows = await queries.deliveries(connection, seen)
    offers = {row.request_id: queries.may(row, viewer) for row in rows}
    return delivery.render(rows, counts, offers, desk.unit_names, names_of(desk))
