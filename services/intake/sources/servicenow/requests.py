"""Requests and their items (`sc_request`, `sc_req_item`), and incidents that are tickets of ours, as tickets.

An administrator may add states of his own: a ticket in one of them is at least over or not over.

Allowed to enter an event: the ticket's id, number and state, the times of opening and change, our own reference, and of
a request the e-mail address of whom it is for. What people wrote in a ticket never is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from schemas.envelope import Event
from schemas.events.desk import Ticket, TicketReported, TicketState
from schemas.topics import DESK_TICKET
from services.intake.reading.fields import email, moment
from services.intake.reading.tickets import correlation
from services.intake.sources.servicenow.cells import Field, code, revision, shown, stored
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/servicenow"
DESK = "servicenow"

INCIDENT_STATES: Mapping[str, TicketState] = {
    **dict.fromkeys(("1", "new"), "open"),
    **dict.fromkeys(("2", "in_progress"), "in_progress"),
    **dict.fromkeys(("3", "on_hold", "4", "5"), "waiting"),
    **dict.fromkeys(("6", "resolved"), "resolved"),
    **dict.fromkeys(("7", "closed"), "closed"),
    **dict.fromkeys(("8", "canceled", "cancelled"), "cancelled"),
}
_REQUEST_STATES: Mapping[str, TicketState] = {
    "draft": "open",
    "requested": "open",
    "in_process": "in_progress",
    "closed_complete": "closed",
    "closed_incomplete": "closed",
    "closed_cancelled": "cancelled",
    "closed_rejected": "cancelled",
}
_ITEM_STATES: Mapping[str, TicketState] = {
    **dict.fromkeys(("-5", "pending"), "waiting"),
    **dict.fromkeys(("1", "open"), "open"),
    **dict.fromkeys(("2", "work_in_progress"), "in_progress"),
    **dict.fromkeys(("3", "closed_complete", "4", "closed_incomplete"), "closed"),
    **dict.fromkeys(("7", "closed_skipped"), "cancelled"),
}
"""Codes, and the labels that users of the usual language are shown for them."""


class _Request(msgspec.Struct):
    sys_id: Field = None
    sys_mod_count: Field = None
    sys_updated_on: Field = None
    number: Field = None
    active: Field = None
    opened_at: Field = None
    correlation_id: Field = None
    request_state: Field = None
    requested_for: Field = None
    requested_for_address: Field = msgspec.field(name="requested_for.email", default=None)


class _Item(msgspec.Struct):
    sys_id: Field = None
    sys_mod_count: Field = None
    sys_updated_on: Field = None
    number: Field = None
    active: Field = None
    opened_at: Field = None
    correlation_id: Field = None
    state: Field = None
    requested_for: Field = None
    requested_for_address: Field = msgspec.field(name="requested_for.email", default=None)
    request_address: Field = msgspec.field(name="request.requested_for.email", default=None)


REQUEST_FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(_Request))
ITEM_FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(_Item))
"""Exactly what we ask ServiceNow for, so that nothing else ever reaches us."""

_request = msgspec.json.Decoder(_Request)
_item = msgspec.json.Decoder(_Item)


class Standing(NamedTuple):
    """What is asked of every ticket: the fields that tell its number, state and so on."""

    number: Field
    state: Field
    active: Field
    opened_at: Field
    correlation_id: Field


def ticket_event(
    table: str,
    record: tuple[str, int, datetime],
    standing: Standing,
    states: Mapping[str, TicketState],
    *,
    requester_email: str | None = None,
    pushed: bool = False,
) -> TicketReported:
    """A record as a ticket; `record` is its id, modification and time. Raises Untranslatable without a number."""
    sys_id, count, at = record
    number = stored(standing.number)
    if number is None:
        raise Untranslatable("the ticket has no number", "number")
    state = states.get(code(standing.state) or "")
    if state is None:
        over = (stored(standing.active) or "true").lower() == "false"
        state = "closed" if over else "in_progress"
    return TicketReported(
        id=f"{table}/{sys_id}/{count}/ticket{'/push' if pushed else ''}",
        source=SOURCE,
        time=at,
        subject=f"{DESK}:{sys_id}",
        data=Ticket(
            desk=DESK,
            record=sys_id,
            ticket=number,
            state=state,
            opened_at=moment(stored(standing.opened_at), "opened_at"),
            requester_email=requester_email,
            correlation=correlation(stored(standing.correlation_id)),
        ),
    )


def translate_request(body: bytes, _: Context) -> Sequence[Event]:
    """An `sc_request` record → the ticket as it stood."""
    return [_request_event(decode_json(_request, body))]


def translate_item(body: bytes, _: Context) -> Sequence[Event]:
    """An `sc_req_item` record → the ticket as it stood."""
    return [_item_event(decode_json(_item, body))]


def pushed_request(flat: Mapping[str, str | None]) -> TicketReported:
    """The same, of a body that a business rule sent."""
    return _request_event(msgspec.convert(flat, _Request), flat.get("requested_for_email"), pushed=True)


def pushed_item(flat: Mapping[str, str | None]) -> TicketReported:
    """The same, of a body that a business rule sent."""
    return _item_event(msgspec.convert(flat, _Item), flat.get("requested_for_email"), pushed=True)


def _request_event(told: _Request, address: str | None = None, *, pushed: bool = False) -> TicketReported:
    return ticket_event(
        "sc_request",
        revision(told.sys_id, told.sys_mod_count, told.sys_updated_on, pushed=pushed),
        Standing(told.number, told.request_state, told.active, told.opened_at, told.correlation_id),
        _REQUEST_STATES,
        requester_email=email(address, stored(told.requested_for_address), shown(told.requested_for)),
        pushed=pushed,
    )


def _item_event(told: _Item, address: str | None = None, *, pushed: bool = False) -> TicketReported:
    addresses = (stored(told.requested_for_address), stored(told.request_address), shown(told.requested_for))
    return ticket_event(
        "sc_req_item",
        revision(told.sys_id, told.sys_mod_count, told.sys_updated_on, pushed=pushed),
        Standing(told.number, told.state, told.active, told.opened_at, told.correlation_id),
        _ITEM_STATES,
        requester_email=email(address, *addresses),
        pushed=pushed,
    )


REQUEST = RecordKind("servicenow/sc_request", "servicenow", (DESK_TICKET,), translate_request)
ITEM = RecordKind("servicenow/sc_req_item", "servicenow", (DESK_TICKET,), translate_item)
