"""`deadletters`: what could not be applied, for those who deal with it and those who audit them."""

from __future__ import annotations

from bot.desk import Desk
from bot.grammar import DeadLetters
from bot.render import dead_letters
from bot.render.message import Message
from services.access import audit
from services.access.viewer import Viewer
from services.errors import NotAllowed
from services.intake.commands import MAY_LOOK
from services.intake.queries import LOOKS, letter_groups


async def answer(desk: Desk, viewer: Viewer, asked: DeadLetters) -> Message:
    """Open letters by source and reason. Audited, granted or refused: reasons may name what was sent."""
    granted = viewer.has(*LOOKS)
    async with desk.pool.acquire() as connection:
        await audit.record(
            connection, desk.clock.now(), viewer, "deadletters", asked.source or "every source", granted=granted
        )
        if not granted:
            raise NotAllowed(MAY_LOOK)
        found = await letter_groups(connection, viewer, asked.source, limit=dead_letters.MOST_GROUPS)
    return dead_letters.render_groups(found, asked.source, viewer)
