"""`cover`: who decides for a manager who is away. What waits already is brought to the deputy at once."""

from __future__ import annotations

from bot import notices, outgoing
from bot.desk import Desk
from bot.grammar import ArrangeCover, Covers, EndCover
from bot.grammar.days import span_of
from bot.notices import names_of
from bot.render import cover
from bot.render.message import Message
from services.access.viewer import Viewer
from services.requests import queries as requests_queries


async def answer(desk: Desk, viewer: Viewer, _asked: Covers) -> Message:
    """Covers that run or are to come, for the viewer and by them."""
    async with desk.pool.acquire() as connection:
        found = await requests_queries.covers_concerning(connection, viewer.email, desk.today)
    return cover.render(viewer, found, names_of(desk))


async def arrange(desk: Desk, viewer: Viewer, asked: ArrangeCover, key: str) -> Message:
    """Let somebody decide; once for a delivery."""
    deputy, span = _address_of(desk, asked.deputy), span_of(asked.when, desk.today)
    arranged = await desk.commands.arrange_cover(viewer, deputy, span.first, span.last, idempotency_key=key)
    await _tell_deputies(desk, viewer)
    return cover.arranged(arranged, names_of(desk))


async def end(desk: Desk, viewer: Viewer, _asked: EndCover) -> Message:
    """Decide again oneself."""
    ended = await desk.commands.end_cover(viewer)
    return cover.ended(ended, names_of(desk))


async def _tell_deputies(desk: Desk, viewer: Viewer) -> None:
    async with desk.pool.acquire() as connection:
        for view in await requests_queries.waiting_on(connection, viewer):
            await outgoing.put(connection, await notices.of_request(desk, connection, view))


def _address_of(desk: Desk, words: str) -> str:
    """The address of somebody named as the directory names them; what it does not know stays as it is."""
    wanted = " ".join(words.lower().strip("@").split())
    named = [person.email for person in desk.directory.people.values() if person.name.lower() == wanted]
    return named[0] if len(named) == 1 else wanted
