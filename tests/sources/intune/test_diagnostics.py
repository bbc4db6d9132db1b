from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from schemas.events.device import DeviceCheckedIn, DeviceEnrolled, WipeReported
from services.intake.sources.intune.diagnostics import DIAGNOSTIC, split, translate
from services.intake.sources.intune.translation import translate as translate_listed
from services.intake.translation import Malformed, Untranslatable, translate_body
from tests.payloads import payload, records
from tests.unit.intake.context import CONTEXT

DEVICES = payload("intune/eventhub_devices_record.json")
AUDIT = payload("intune/eventhub_audit_wipe_record.json")
(DEVICE,) = records("intune/eventhub_devices_record.json", "records")
(WIPE,) = records("intune/eventhub_audit_wipe_record.json", "records")
PHONE_ID = "e1b9a3f4-88c2-4a57-8d0b-6d2a90c5b7e9"


def _with(body: bytes, **properties: object) -> bytes:
    record: dict[str, Any] = msgspec.json.decode(body)
    return msgspec.json.encode({**record, "properties": {**record["properties"], **properties}})


def _as(body: bytes, **fields: object) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(body), **fields})


def _wipe(body: bytes) -> WipeReported:
    (event,) = translate(body, CONTEXT)
    assert isinstance(event, WipeReported)
    return event


def test_a_message_holds_records_or_is_one() -> None:
    several = b'{"records":[' + DEVICE + b"," + WIPE + b"]}"
    assert [record.body for record in split(several)] == [DEVICE, WIPE]
    assert [record.where for record in split(several)] == ["record 0", "record 1"]
    assert [record.body for record in split(DEVICE)] == [DEVICE]
    assert split(b'{"records":[]}') == []


def test_a_device_s_row_is_a_check_in_and_the_same_event_as_the_list_tells() -> None:
    (event,) = translate(DEVICE, CONTEXT)
    assert isinstance(event, DeviceCheckedIn)
    assert event.time == datetime(2026, 11, 2, 6, 41, 9, 118723, tzinfo=UTC)
    (listed,) = translate_listed(records("intune/managedDevices_list_page1.json", "value")[0], CONTEXT)
    assert (event.id, event.source, event.subject) == (listed.id, listed.source, listed.subject)
    assert event.data == listed.data  # type: ignore[attr-defined]  # a check-in, too


def test_only_allowed_fields_enter_an_event() -> None:
    told = [event for body in (DEVICE, WIPE) for event in translate(body, CONTEXT)]
    written = b"".join(msgspec.json.encode(event) for event in told)
    for private in (b"Priya", b"NWH-", b"helpdesk", b"A0B1C2D3E4F5", b"9C41E0B2"):
        assert private not in written


def test_a_device_that_never_made_contact_is_enrolled() -> None:
    for never in ("", None, "0001-01-01 00:00:00.0000000"):
        (event,) = translate(_with(DEVICE, LastContact=never), CONTEXT)
        assert isinstance(event, DeviceEnrolled)
        assert event.time == datetime(2025, 3, 4, 8, 12, 55, 302119, tzinfo=UTC)


def test_a_moment_may_be_written_as_iso() -> None:
    (event,) = translate(_with(DEVICE, LastContact="2026-11-02T06:41:09.1187231Z"), CONTEXT)
    assert event.id == translate(DEVICE, CONTEXT)[0].id


def test_the_row_that_ends_a_dump_is_no_device() -> None:
    properties = {"BatchId": "7b0a6d63", "Result": "Success", "Stats": {"RecordCount": 91_000}, "DeviceId": ""}
    assert translate(_as(DEVICE, properties=properties), CONTEXT) == []
    assert translate(_as(DEVICE, properties={"Result": "Success", "Stats": "91000"}), CONTEXT) == []


def test_people_s_own_devices_are_left_out() -> None:
    assert translate(_with(DEVICE, Ownership="Personal"), CONTEXT) == []


@pytest.mark.parametrize("category", ["OperationalLogs", "DeviceComplianceOrg", "Windows365AuditLogs"])
def test_other_categories_are_of_no_use(category: str) -> None:
    assert translate(_as(DEVICE, category=category), CONTEXT) == []


def test_a_wipe_in_the_audit_was_asked_for_and_no_more() -> None:
    event = _wipe(WIPE)
    assert (event.data.outcome, event.data.evidence) == ("requested", "result")
    assert event.time == event.data.requested_at == datetime(2026, 11, 1, 9, 0, 13, tzinfo=UTC)
    assert event.subject == f"intune:{PHONE_ID}"
    assert "d0a7d3a1-6a3f-4a39-8f2d-77d0f4d8a901" in event.id


def test_an_audit_record_is_one_event_however_it_is_delivered_again() -> None:
    again = _as(WIPE, time="2026-11-01T11:00:00Z", correlationId="another")
    assert _wipe(again).id == _wipe(WIPE).id
    assert _wipe(_with(WIPE, AuditEventId="another")).id != _wipe(WIPE).id


@pytest.mark.parametrize(
    ("result", "number", "outcome"),
    [
        ("Success", 1, "requested"),
        ("success", 2, "requested"),
        ("Failure", 1, "failed"),
        ("Client Error", 2, "failed"),
        ("Timeout", None, "failed"),
        (None, 1, "requested"),
        ("None", "2", "failed"),
    ],
)
def test_a_request_was_taken_or_not(result: object, number: object, outcome: str) -> None:
    assert _wipe(_with(_as(WIPE, resultType=result), ActivityResultStatus=number)).data.outcome == outcome


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("11/1/2026 9:00:13 AM", (2026, 11, 1, 9, 0, 13)),
        ("1/11/2026 12:00:00 AM", (2026, 1, 11, 0, 0, 0)),
        ("1/1/2026 12:30:00 PM", (2026, 1, 1, 12, 30, 0)),
        ("12/31/2026 11:59:59 pm", (2026, 12, 31, 23, 59, 59)),
    ],
)
def test_the_audit_writes_moments_as_americans_do(written: str, at: tuple[int, ...]) -> None:
    assert _wipe(_with(WIPE, ActivityDate=written)).time == datetime(*at, tzinfo=UTC)  # type: ignore[misc, arg-type]  # six numbers and a zone


@pytest.mark.parametrize("written", ["", None, "31/12/2026 9:00:00 AM", "2/30/2026 1:00:00 AM", "1/1/2026 13:00:00 PM"])
def test_without_such_a_moment_the_record_s_own_time_stands_in(written: object) -> None:
    assert _wipe(_with(WIPE, ActivityDate=written)).time == datetime(2026, 11, 1, 9, 0, 13, 12000, tzinfo=UTC)


def test_several_devices_wiped_at_once_are_an_event_each() -> None:
    events = translate(_with(WIPE, TargetObjectIds=["a", "b", "a", None, ""]), CONTEXT)
    assert [event.subject for event in events] == ["intune:a", "intune:b"]
    assert len({event.id for event in events}) == 2


@pytest.mark.parametrize("operation", ["retire ManagedDevice", "syncDevice ManagedDevice", "Create Policy", ""])
def test_other_operations_are_of_no_use(operation: str) -> None:
    assert translate(_as(WIPE, operationName=operation), CONTEXT) == []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (_with(DEVICE, DeviceId=""), "$.properties.DeviceId"),
        (_with(DEVICE, LastContact="yesterday"), "$.properties.LastContact"),
        (_with(DEVICE, LastContact="", CreatedDate=""), "$.properties.CreatedDate"),
        (_with(WIPE, AuditEventId=""), "$.properties.AuditEventId"),
        (_with(WIPE, TargetObjectIds=[]), "$.properties.TargetObjectIds"),
        (_with(_as(WIPE, time=None), ActivityDate=""), "$.properties.ActivityDate"),
        (_as(WIPE, resultType="Perhaps"), "$.resultType"),
        (b"{}", "$.category"),
        (_with(_as(WIPE, resultType=None), ActivityResultStatus=7), "$.resultType"),
    ],
)
def test_what_cannot_be_translated_says_where(body: bytes, where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate(body, CONTEXT)
    assert caught.value.where == where


def test_one_bad_record_of_a_message_stands_alone() -> None:
    message = b'{"records":[' + b",".join([DEVICE, _with(DEVICE, DeviceId=5), b'"text"', WIPE]) + b"]}"
    found = translate_body(DIAGNOSTIC, message, CONTEXT)
    assert len(found.events) == 2
    assert [each.letter.context["record"] for each in found.rejected] == ["record 1", "record 2"]


@pytest.mark.parametrize("body", [b"", b"\xff", b'{"records":[', b"null null"])
def test_a_message_that_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        split(body)


def test_a_message_of_another_kind_is_kept_whole() -> None:
    for body in (b"[]", b'{"records":{}}', b"7"):
        found = translate_body(DIAGNOSTIC, body, CONTEXT)
        assert [each.letter.body for each in found.rejected] == [body]


def test_wrapped_payloads_are_whole_messages() -> None:
    for body in (DEVICES, AUDIT):
        assert len(translate_body(DIAGNOSTIC, body, CONTEXT).events) == 1
