"""Tickets at the service desk. Topics `desk-ticket` (what the desk told us) and `desk-progress` (what it means here).

A ticket is known by its number at the desk. Those that we opened carry our request's reference as correlation, so
that chat and desk speak of one thing.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from schemas.envelope import Event, Moment

TicketState = Literal["open", "in_progress", "waiting", "resolved", "closed", "cancelled"]


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as it stood. `desk` is the system (servicenow, jira), `record` its own id, `ticket` what people quote.

    `correlation` is what we wrote into it when we opened it: deployment and reference, such as quartermaster-R-123.
    """

    desk: str
    record: str
    ticket: str
    state: TicketState
    opened_at: Moment | None = None
    requester_email: str | None = None
    correlation: str | None = None


class RequestTicket(msgspec.Struct, frozen=True, kw_only=True):
    """How the desk's ticket for one of our requests stands. `revision` counts what we heard of it."""

    request_id: UUID
    request_reference: str
    desk: str
    ticket: str
    state: TicketState
    revision: int
    link: str | None = None


class TicketReported(Event, frozen=True, kw_only=True, tag="quartermaster.desk.ticket_reported"):
    """The service desk told how a ticket stood at `time`."""

    data: Ticket


class RequestTicketChanged(Event, frozen=True, kw_only=True, tag="quartermaster.desk.request_ticket_changed"):
    """The ticket of one of our requests was opened at the desk, or its state changed there."""

    data: RequestTicket
