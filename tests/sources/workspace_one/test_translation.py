from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.device import DeviceCheckedIn, DeviceEnrolled, DeviceUnenrolled, WipeReported
from schemas.vocabulary import Kind
from services.intake.sources.workspace_one.translation import translate
from services.intake.translation import Malformed, Untranslatable
from tests.payloads import changed, payload
from tests.unit.intake.context import CONTEXT

ENROLLED = payload("workspace_one/MDM_Enrollment_Complete.json")
GONE = payload("workspace_one/Break_MDM_Confirmed.json")
JUDGED = payload("workspace_one/Compliance_Status_Changed.json")
LEGACY = payload("workspace_one/legacy_MDMEnrollmentComplete.json")
XML = payload("workspace_one/Compromised_Status_Changed.xml")


def _one(body: bytes) -> Event:
    (event,) = translate(body, CONTEXT)
    return event


def test_an_enrolment() -> None:
    event = _one(ENROLLED)
    assert isinstance(event, DeviceEnrolled)
    assert event.time == datetime(2026, 11, 2, 6, 41, 9, 118723, tzinfo=UTC)
    assert event.subject == "5CG3310X4T"
    # The asset number is the device's own id, written there by the server.
    assert event.data.identifiers == {"serial": "5CG3310X4T", "workspace_one": "48211"}
    assert (event.data.kind, event.data.os, event.data.os_version) == (Kind.LAPTOP, "Windows", "10.0.22631")
    assert event.data.holder_email == "anders.moe@northwind.example"


def test_an_old_server_s_enrolment() -> None:
    event = _one(LEGACY)
    assert isinstance(event, DeviceEnrolled)
    assert event.time == datetime(2026, 11, 2, 6, 21, 9, 118000, tzinfo=UTC)
    assert (event.data.kind, event.data.os, event.data.manufacturer) == (Kind.SMARTPHONE, "iOS", "Apple")
    assert event.data.identifiers == {"serial": "F4GQX0ZZ1D", "workspace_one": "733"}


def test_xml_says_the_same_as_json() -> None:
    event = _one(XML)
    assert isinstance(event, DeviceCheckedIn)
    assert (event.subject, event.data.os, event.data.compliant) == ("F4GQX0ZZ1D", "iOS", None)
    assert event.time == datetime(2026, 11, 3, 9, 10, 11, 27443, tzinfo=UTC)


def test_leaving_is_an_unenrolment() -> None:
    assert isinstance(_one(GONE), DeviceUnenrolled)


@pytest.mark.parametrize("name", ["Device Wipe", "DeviceWiped", "device  wipe"])
def test_a_wipe_that_was_sent_is_no_proof(name: str) -> None:
    event = _one(changed(ENROLLED, EventType=name))
    assert isinstance(event, WipeReported)
    assert event.data.outcome == "requested"


def test_only_a_device_found_compliant_has_been_seen() -> None:
    assert translate(JUDGED, CONTEXT) == []
    event = _one(changed(JUDGED, ComplianceStatus="Compliant"))
    assert isinstance(event, DeviceCheckedIn)
    assert event.data.compliant is True


def test_spelling_of_the_event_does_not_make_another_event() -> None:
    assert _one(ENROLLED).id == _one(changed(ENROLLED, EventType="MDMEnrollmentComplete")).id
    assert _one(ENROLLED).id != _one(changed(ENROLLED, EventTime="2026-11-02T06:41:10Z")).id


@pytest.mark.parametrize(
    "fields", [{"Ownership": "Employee Owned"}, {"EventType": "Device Organization Group Changed"}]
)
def test_what_is_none_of_our_business_is_ignored(fields: dict[str, object]) -> None:
    assert translate(changed(ENROLLED, **fields), CONTEXT) == []


def test_an_ipad_is_a_tablet_and_an_unnamed_apple_device_is_not_guessed() -> None:
    ipad = _one(changed(ENROLLED, Platform="Apple", DeviceFriendlyName="anders iPad iOS 18.1 1D"))
    unnamed = _one(changed(ENROLLED, Platform="Apple", DeviceFriendlyName="Ward 7"))
    assert isinstance(ipad, DeviceEnrolled)
    assert isinstance(unnamed, DeviceEnrolled)
    assert (ipad.data.kind, unnamed.data.kind) == (Kind.TABLET, None)


def test_a_true_asset_number_names_the_device() -> None:
    event = _one(changed(ENROLLED, AssetNumber="qm-004127", SerialNumber="System.Byte[]"))
    assert isinstance(event, DeviceEnrolled)
    assert event.data.identifiers == {"workspace_one": "48211", "asset_tag": "QM-004127"}


def test_only_allowed_fields_enter_an_event() -> None:
    written = b"".join(msgspec.json.encode(_one(body)) for body in (ENROLLED, GONE, LEGACY, XML))
    for private in (b"anders Windows", b"anders iPhone", b"NWH Depots", b"90412", b"3C1B5F0E9D7A4B8C"):
        assert private not in written


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"EventType": ""}, "EventType"),
        ({"EventType": "Device Beeped"}, "EventType"),
        ({"EventTime": None}, "EventTime"),
        ({"EventTime": "/Date(x)/"}, "EventTime"),
        ({"SerialNumber": "", "DeviceId": 0, "DeviceUUID": ""}, ""),
    ],
)
def test_what_cannot_be_translated_says_where(fields: dict[str, object], where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate(changed(ENROLLED, **fields), CONTEXT)
    assert caught.value.where == where


@pytest.mark.parametrize("body", [b"\xff\xfe", b"<Other/>", b"<!DOCTYPE Eventlog><Eventlog/>", ENROLLED[:90]])
def test_what_is_no_notification_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        translate(body, CONTEXT)
