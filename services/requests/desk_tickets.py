"""What the service desk says of a request's ticket: kept beside the request, and told in its timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.events.desk import RequestTicketChanged, TicketState
from services.database.pool import Connection
from services.requests import store
from services.requests.store import Moment

_HAPPENED: Mapping[TicketState, str] = {
    "open": "opened at the service desk",
    "in_progress": "taken up at the service desk",
    "waiting": "put on hold at the service desk",
    "resolved": "resolved at the service desk",
    "closed": "closed at the service desk",
    "cancelled": "cancelled at the service desk",
}


async def keep(connection: Connection, events: Sequence[RequestTicketChanged]) -> list[Moment]:
    """Write the newest word on each ticket of requests that are held; the lines that their timelines get.

    Words come in the order of their revisions; those not above the held one are late, and say nothing.
    """
    held = await store.ticket_revisions(connection, [event.data.request_id for event in events])
    newest: dict[object, RequestTicketChanged] = {}
    moments: list[Moment] = []
    for event in sorted(events, key=lambda each: each.data.revision):
        ticket = event.data
        if ticket.revision <= held.get(ticket.request_id, 0):
            continue
        what = f"Ticket {ticket.ticket} {_HAPPENED[ticket.state]}"
        if ticket.request_id not in held and ticket.state != "open":
            what = f"Ticket {ticket.ticket} opened at the service desk and {_HAPPENED[ticket.state].split(' at ')[0]}"
        held[ticket.request_id] = ticket.revision
        newest[ticket.request_id] = event
        moments.append(Moment(ticket.request_id, f"desk/{ticket.revision}", event.time, what, event.source))
    await store.keep_tickets(connection, list(newest.values()))
    return moments
