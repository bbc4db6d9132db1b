"""`request R-123`: one request, for those it concerns."""

from __future__ import annotations

from bot.desk import Desk
from bot.grammar import Request
from bot.notices import names_of
from bot.render import request
from bot.render.message import Message
from services.access import audit
from services.access.viewer import Viewer
from services.errors import NotFound
from services.requests import queries as requests_queries
from services.requests.queries import RequestView


async def answer(desk: Desk, viewer: Viewer, asked: Request) -> Message:
    """The timeline and the next step. Who is refused, and who reads of another's needs, stands in the audit log."""
    async with desk.pool.acquire() as connection:
        view = await requests_queries.request_by_reference(connection, viewer, asked.reference, today=desk.today)
        if view is None or _is_sensitive(view, viewer):
            about = asked.reference[:40] if view is None else view.reference
            await audit.record(connection, desk.clock.now(), viewer, "request", about, granted=view is not None)
    if view is None:
        raise NotFound(f"There is no request {asked.reference} of yours or waiting for you. `/kit` lists your own.")
    return request.timeline(view, desk.unit_names, names_of(desk))


def _is_sensitive(view: RequestView, viewer: Viewer) -> bool:
    """Whether it says of somebody else what only some may know."""
    own = {view.requester_email.lower(), (view.recipient_email or view.requester_email).lower()}
    return viewer.email not in own and bool(view.assistive_technology or view.photos)
