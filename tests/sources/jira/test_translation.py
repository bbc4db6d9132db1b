from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from schemas.events.desk import TicketReported
from schemas.events.device import FailureReported
from services.intake.sources.jira.translation import Site, translate, webhook
from services.intake.translation import Malformed, Record, Untranslatable, translate_records
from tests.payloads import payload
from tests.unit.intake.context import CONTEXT, NOW

SITE = Site(
    serial_field="customfield_10060",
    asset_tag_field="customfield_10061",
    correlation_field="customfield_10077",
    hardware_types=frozenset({"[system] incident"}),
)
CREATED = payload("jira/issue_created.json")
RESOLVED = payload("jira/issue_updated_resolved.json")
DELETED = payload("jira/issue_deleted.json")


def _changed(body: bytes, issue: dict[str, Any] | None = None, **fields: object) -> bytes:
    told = msgspec.json.decode(body)
    told["issue"] = {**told["issue"], "fields": {**told["issue"]["fields"], **fields}, **(issue or {})}
    return msgspec.json.encode(told)


def _ticket(body: bytes) -> TicketReported:
    event = translate(body, CONTEXT, site=SITE)[0]
    assert isinstance(event, TicketReported)
    return event


def _failure(body: bytes) -> FailureReported:
    _, event = translate(body, CONTEXT, site=SITE)
    assert isinstance(event, FailureReported)
    return event


def test_an_issue_is_a_ticket_and_the_failure_of_the_device_its_field_names() -> None:
    ticket, failure = _ticket(CREATED), _failure(CREATED)
    assert (ticket.data.desk, ticket.data.record, ticket.data.ticket) == ("jira", "10234", "ITSD-418")
    assert (ticket.data.state, ticket.data.correlation, ticket.data.requester_email) == ("open", None, None)
    assert ticket.time == ticket.data.opened_at == datetime(2026, 10, 31, 17, 20, 5, 113000, tzinfo=UTC)
    assert (failure.subject, failure.data.ticket, failure.data.ticket_state) == ("7QX4KL3", "ITSD-418", "open")


def test_a_resolved_issue_is_the_same_failure_resolved() -> None:
    assert _ticket(RESOLVED).data.state == "resolved"
    assert (_failure(RESOLVED).data.ticket, _failure(RESOLVED).data.ticket_state) == ("ITSD-418", "resolved")
    assert _failure(RESOLVED).data.opened_at == _failure(CREATED).data.opened_at


def test_a_deleted_issue_is_cancelled_and_only_what_was_not_done_is_no_failure() -> None:
    deleted = _ticket(DELETED)
    assert (deleted.data.state, deleted.time) == ("cancelled", datetime(2026, 11, 5, 17, 33, 20, tzinfo=UTC))
    assert _failure(DELETED).data.ticket_state == "resolved"
    open_one = _changed(DELETED, status={"name": "In progress", "statusCategory": {"key": "indeterminate"}})
    assert _failure(open_one).data.ticket_state == "cancelled"


def test_what_was_told_before_a_deletion_and_comes_after_it_is_older() -> None:
    assert _ticket(RESOLVED).time < _ticket(DELETED).time


@pytest.mark.parametrize(
    ("category", "name", "resolution", "state"),
    [
        ("new", "Waiting for support", None, "open"),
        ("undefined", "Backlog", None, "open"),
        ("indeterminate", "Waiting for support", None, "open"),
        ("indeterminate", "In progress", None, "in_progress"),
        ("indeterminate", "Waiting for customer", None, "waiting"),
        ("indeterminate", "Pending", None, "waiting"),
        ("done", "Resolved", {"name": "Done"}, "resolved"),
        ("done", "Closed", {"name": "Fixed"}, "closed"),
        ("done", "Closed", {"name": "Won't do"}, "cancelled"),
        ("done", "Canceled", None, "cancelled"),
        ("done", "Erledigt", None, "resolved"),
    ],
)
def test_states(category: str, name: str, resolution: object, state: str) -> None:
    body = _changed(CREATED, status={"name": name, "statusCategory": {"key": category}}, resolution=resolution)
    assert _ticket(body).data.state == state


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": ["device", "quartermaster-R-123"]},
        {"customfield_10077": "quartermaster-R-123", "labels": ["quartermaster-R-99"]},
    ],
)
def test_a_ticket_of_ours_carries_what_we_wrote_into_it(fields: dict[str, Any]) -> None:
    assert _ticket(_changed(CREATED, **fields)).data.correlation == "quartermaster-R-123"


@pytest.mark.parametrize("labels", [["R-x"], ["our-R-"], [7, None, {}], "quartermaster-R-123", None])
def test_other_labels_are_none(labels: object) -> None:
    assert _ticket(_changed(CREATED, labels=labels)).data.correlation is None


def test_a_reporter_s_address_passes_where_the_site_shows_it() -> None:
    body = _changed(CREATED, reporter={"displayName": "Amara Osei", "emailAddress": "Amara.Osei@metropolitan.example"})
    assert _ticket(body).data.requester_email == "amara.osei@metropolitan.example"
    assert b"Amara Osei" not in msgspec.json.encode(_ticket(body))


@pytest.mark.parametrize(
    "fields",
    [
        {"issuetype": {"name": "[System] Service request"}},
        {"issuetype": None},
        {"customfield_10060": None},
        {"customfield_10060": "To be filled by O.E.M."},
    ],
)
def test_a_ticket_about_no_failing_device_is_a_ticket_only(fields: dict[str, Any]) -> None:
    assert len(translate(_changed(CREATED, **fields), CONTEXT, site=SITE)) == 1
    assert len(translate(_changed(CREATED), CONTEXT, site=Site())) == 1


@pytest.mark.parametrize(
    ("value", "serial"),
    [
        ("7qx4kl3 ", "7QX4KL3"),
        ({"value": "7QX4KL3", "id": "10"}, "7QX4KL3"),
        ([{"objectId": "5", "label": "7QX4KL3"}], "7QX4KL3"),
    ],
)
def test_a_field_may_be_plain_chosen_or_an_object(value: object, serial: str) -> None:
    assert _failure(_changed(CREATED, customfield_10060=value)).data.identifiers == {"serial": serial}


def test_an_asset_tag_names_a_device_too() -> None:
    failure = _failure(_changed(CREATED, customfield_10060=None, customfield_10061="nwh-a-0479"))
    assert failure.subject == "asset_tag:NWH-A-0479"


def test_one_change_has_one_id_whoever_delivers_it_and_another_has_another() -> None:
    again = msgspec.json.encode({**msgspec.json.decode(RESOLVED), "timestamp": 1793801853990})
    assert _ticket(again) == _ticket(RESOLVED)
    at_once = msgspec.json.decode(RESOLVED)
    at_once["changelog"]["id"] = "10812"
    assert len({_ticket(body).id for body in (CREATED, RESOLVED, DELETED, msgspec.json.encode(at_once))}) == 4
    told = translate(RESOLVED, CONTEXT, site=SITE)
    assert len({event.id for event in told}) == 2


@pytest.mark.parametrize(
    "name", ["comment_created", "comment_deleted", "worklog_updated", "attachment_created", "sprint_started"]
)
def test_what_accompanies_an_issue_says_nothing(name: str) -> None:
    assert translate(payload("jira/comment_created.json"), CONTEXT, site=SITE) == []
    assert translate(msgspec.json.encode({"webhookEvent": name}), CONTEXT, site=SITE) == []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{}", "$.webhookEvent"),
        (b'{"webhookEvent":"jira:issue_updated"}', "$.issue"),
        (_changed(CREATED, {"id": "ten"}), "$.issue"),
        (_changed(CREATED, {"key": ""}), "$.issue"),
        (_changed(CREATED, status=None), "$.issue.fields.status"),
        (_changed(CREATED, updated=None), "$.issue.fields.updated"),
        (_changed(CREATED, updated="yesterday"), "$.issue.fields.updated"),
    ],
)
def test_what_cannot_be_translated_says_where(body: bytes, where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate(body, CONTEXT, site=SITE)
    assert caught.value.where == where
    assert not isinstance(caught.value, Malformed)


def test_a_clock_in_the_future_stands_at_now() -> None:
    body = _changed(CREATED, created="2098-01-01T00:00:00.000+0000", updated="2098-01-01T00:00:00.000+0000")
    result = translate_records(webhook(SITE), [Record(body)], CONTEXT)
    ((ticket, failure),) = result.events
    assert isinstance(ticket, TicketReported)
    assert isinstance(failure, FailureReported)
    assert (result.clamped, ticket.time, ticket.data.opened_at, failure.data.opened_at) == (1, NOW, NOW, NOW)


def test_what_people_wrote_never_enters_an_event() -> None:
    written = b"".join(
        msgspec.json.encode(translate(body, CONTEXT, site=SITE)) for body in (CREATED, RESOLVED, DELETED)
    )
    for private in (b"Left in cab", b"Lost laptop", b"Dana", b"712020nwh", b"atlassian.example"):
        assert private not in written
