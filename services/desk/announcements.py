"""The one event that the desk tells: how the ticket of a request stands. Its id is the request and the revision."""

from __future__ import annotations

from uuid import UUID

from schemas.events.desk import RequestTicket, RequestTicketChanged
from services.desk.rules import Standing

SOURCE = "quartermaster/desk"


def announce(request_id: UUID, reference: str, standing: Standing) -> RequestTicketChanged:
    """The ticket was opened, or stands differently; `standing` holds a record."""
    assert standing.desk is not None, "only a ticket that is there is told of"
    assert standing.ticket is not None
    assert standing.state is not None
    assert standing.state_at is not None
    subject = str(request_id)
    return RequestTicketChanged(
        id=f"{subject}/{standing.revision}",
        source=SOURCE,
        time=standing.state_at,
        subject=subject,
        data=RequestTicket(
            request_id=request_id,
            request_reference=reference,
            desk=standing.desk,
            ticket=standing.ticket,
            state=standing.state,
            revision=standing.revision,
            link=standing.link,
        ),
    )
