from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.desk import TicketReported
from schemas.events.device import FailureReported
from services.intake.sources.servicenow.requests import translate_item, translate_request
from services.intake.sources.servicenow.translation import translate_incident, translate_push
from services.intake.translation import Context, Untranslatable
from tests.payloads import changed, records
from tests.unit.intake.context import CONTEXT

Translate = Callable[[bytes, Context], Sequence[Event]]

(REQUEST,) = records("servicenow/sc_request_table_api.json", "result")
(ITEM,) = records("servicenow/sc_req_item_table_api.json", "result")
(INCIDENT,) = records("servicenow/incident_table_api.json", "result")
OURS = changed(INCIDENT, correlation_id="quartermaster-R-123", category="inquiry", cmdb_ci="")


def _ticket(body: bytes, translate: Translate = translate_request) -> TicketReported:
    (event,) = translate(body, CONTEXT)
    assert isinstance(event, TicketReported)
    return event


@pytest.mark.parametrize("form", ["", "_display_all", "_display_true"])
def test_a_request_in_each_spelling(form: str) -> None:
    (body,) = records(f"servicenow/sc_request_table_api{form}.json", "result")
    event = _ticket(body)
    assert event.id == "sc_request/bf28f7d7d4a565f5b92b9cf91e464f36/6/ticket"
    assert event.subject == "servicenow:bf28f7d7d4a565f5b92b9cf91e464f36"
    assert event.time == datetime(2026, 11, 4, 13, 40, 19, 13, tzinfo=UTC)
    assert (event.data.ticket, event.data.state) == ("REQ0010091", "closed")
    assert event.data.opened_at == datetime(2026, 11, 1, 9, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize("form", ["", "_display_all", "_display_true"])
def test_an_item_in_each_spelling(form: str) -> None:
    (body,) = records(f"servicenow/sc_req_item_table_api{form}.json", "result")
    event = _ticket(body, translate_item)
    assert event.id == "sc_req_item/7d0c2f3a9be14c5d8a6f1b2c3d4e5f60/1204/ticket"
    assert (event.data.ticket, event.data.state, event.data.correlation) == ("RITM0010117", "in_progress", None)


@pytest.mark.parametrize(
    ("state", "means"),
    [
        ("requested", "open"),
        ("in_process", "in_progress"),
        ("In Process", "in_progress"),
        ("closed_complete", "closed"),
        ("closed_rejected", "cancelled"),
        ("closed_cancelled", "cancelled"),
    ],
)
def test_states_of_a_request(state: str, means: str) -> None:
    assert _ticket(changed(REQUEST, request_state=state)).data.state == means


@pytest.mark.parametrize(
    ("state", "means"),
    [("-5", "waiting"), ("1", "open"), ("2", "in_progress"), ("3", "closed"), ("4", "closed"), ("7", "cancelled")],
)
def test_states_of_an_item(state: str, means: str) -> None:
    assert _ticket(changed(ITEM, state=state), translate_item).data.state == means


@pytest.mark.parametrize(("active", "means"), [("true", "in_progress"), ("false", "closed"), ("", "in_progress")])
def test_a_state_that_somebody_added_is_at_least_over_or_not(active: str, means: str) -> None:
    assert _ticket(changed(REQUEST, request_state="at_the_printer", active=active)).data.state == means


def test_whom_it_is_for_is_known_by_address_only() -> None:
    shown = {"value": "9501f9d6adc6b3fe551d96ec9687fe3c", "display_value": "Amara Osei"}
    address = "Amara.Osei@metropolitan.example"
    assert _ticket(changed(REQUEST, requested_for=shown)).data.requester_email is None
    for fields in (
        {"requested_for": shown, "requested_for.email": {"value": address, "display_value": address}},
        {"requested_for": {**shown, "display_value": address}},
    ):
        assert _ticket(changed(REQUEST, **fields)).data.requester_email == "amara.osei@metropolitan.example"
    item = changed(ITEM, **{"request.requested_for.email": address})
    assert _ticket(item, translate_item).data.requester_email == "amara.osei@metropolitan.example"


@pytest.mark.parametrize("words", ["quartermaster-R-123", "R-7", "east-2-R-123456"])
def test_our_reference_is_passed_on_whole(words: str) -> None:
    assert _ticket(changed(REQUEST, correlation_id=words)).data.correlation == words


@pytest.mark.parametrize("words", ["", "R-", "INC-12", "quartermaster-R-12x", "R-1 R-2", "a" * 60 + "-R-1"])
def test_what_others_wrote_there_is_none(words: str) -> None:
    assert _ticket(changed(REQUEST, correlation_id=words)).data.correlation is None
    assert not any(
        isinstance(event, TicketReported)
        for event in translate_incident(changed(INCIDENT, correlation_id=words), CONTEXT)
    )


def test_an_incident_of_ours_is_a_ticket_and_no_failure_of_a_device() -> None:
    ticket = _ticket(OURS, translate_incident)
    assert (ticket.data.record, ticket.data.ticket) == ("061852df9cfcf39319f20e0df521d72a", "INC0010427")
    assert (ticket.data.state, ticket.data.correlation) == ("in_progress", "quartermaster-R-123")
    # The desk names the device, and says nothing of hardware: still none.
    for category in ("inquiry", ""):
        named = changed(OURS, u_serial_number="7QX4KL3", category=category)
        assert len(translate_incident(named, CONTEXT)) == 1


def test_once_the_desk_says_that_hardware_failed_it_is_that_one_failure_too() -> None:
    ticket, failure = translate_incident(changed(OURS, category="hardware", u_serial_number="7QX4KL3"), CONTEXT)
    assert isinstance(ticket, TicketReported)
    assert isinstance(failure, FailureReported)
    assert ticket.data.ticket == failure.data.ticket
    assert ticket.id != failure.id
    # An incident that somebody else opened, with the very same words but ours, is as before.
    (other,) = translate_incident(changed(INCIDENT, category=""), CONTEXT)
    assert isinstance(other, FailureReported)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("1", "open"),
        ("2", "in_progress"),
        ("3", "waiting"),
        ("6", "resolved"),
        ("7", "closed"),
        ("8", "cancelled"),
        ("In Progress", "in_progress"),
        ("Canceled", "cancelled"),
    ],
)
def test_states_of_our_incident(code: str, state: str) -> None:
    assert _ticket(changed(OURS, state=code), translate_incident).data.state == state


@pytest.mark.parametrize("table", ["sc_request", "sc_req_item", "incident"])
def test_a_pushed_body_tells_a_ticket_just_before_the_polled_record(table: str) -> None:
    body: dict[str, Any] = {
        "table": table,
        "operation": "update",
        "sys_id": "bf28f7d7d4a565f5b92b9cf91e464f36",
        "number": "REQ0010091",
        "state": "2",
        "request_state": "in_process",
        "category": "inquiry",
        "requested_for_email": "amara.osei@metropolitan.example",
        "correlation_id": "quartermaster-R-123",
        "short_description": "Replacement laptop",
        "sys_updated_on": "2026-11-04 13:40:19",
        "sys_mod_count": 6,
    }
    pushed = _ticket(msgspec.json.encode(body), translate_push)
    assert pushed.id == f"{table}/bf28f7d7d4a565f5b92b9cf91e464f36/6/ticket/push"
    assert (pushed.data.state, pushed.data.correlation) == ("in_progress", "quartermaster-R-123")
    assert pushed.data.requester_email == (None if table == "incident" else "amara.osei@metropolitan.example")
    assert pushed.time < _ticket(REQUEST).time
    assert b"Replacement" not in msgspec.json.encode(pushed)


@pytest.mark.parametrize("missing", ["sys_id", "sys_mod_count", "sys_updated_on", "number"])
def test_a_ticket_needs_its_record_modification_time_and_number(missing: str) -> None:
    for body, translate in ((REQUEST, translate_request), (ITEM, translate_item), (OURS, translate_incident)):
        with pytest.raises(Untranslatable) as caught:
            translate(changed(body, **{missing: ""}), CONTEXT)
        assert caught.value.where == missing


def test_what_people_wrote_never_enters_an_event() -> None:
    item = _ticket(ITEM, translate_item)
    written = msgspec.json.encode([_ticket(REQUEST), item, _ticket(OURS, translate_incident)])
    for private in (b"Replacement", b"Leeds", b"A1 between", b"dana.whitlock"):
        assert private not in written
