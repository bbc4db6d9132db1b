from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.device import DeviceCheckedIn, DeviceEnrolled, DeviceUnenrolled
from schemas.vocabulary import Kind
from services.intake.sources.jamf.translation import OF_NO_USE, translate
from services.intake.translation import Malformed, Untranslatable
from tests.payloads import payload
from tests.unit.intake.context import CONTEXT

CHECK_IN = msgspec.json.decode(payload("jamf/ComputerCheckIn.json"))


def _check_in(webhook: dict[str, object] | None = None, **event: object) -> bytes:
    return msgspec.json.encode(
        {"webhook": {**CHECK_IN["webhook"], **(webhook or {})}, "event": {**CHECK_IN["event"], **event}}
    )


def _one(body: bytes) -> Event:
    (event,) = translate(body, CONTEXT)
    return event


@pytest.mark.parametrize(
    ("name", "kind", "subject"),
    [
        ("ComputerAdded.json", DeviceEnrolled, "H7X2QK9LPW"),
        ("ComputerCheckIn.json", DeviceCheckedIn, "C02ZP1QMD6NV"),
        ("ComputerInventoryCompleted.json", DeviceCheckedIn, "C02ZP1QMD6NV"),
        ("MobileDeviceCheckIn.xml", DeviceCheckedIn, "DMPXK0ABQ1GC"),
        ("MobileDeviceEnrolled.json", DeviceEnrolled, "DMPXK0ABQ1GC"),
        ("MobileDeviceUnEnrolled.json", DeviceUnenrolled, "DMPXK0ABQ1GC"),
    ],
)
def test_each_useful_event_becomes_one_of_ours(name: str, kind: type[Event], subject: str) -> None:
    event = _one(payload(f"jamf/{name}"))
    assert type(event) is kind
    assert event.subject == subject


@pytest.mark.parametrize("name", ["MobileDeviceCommandCompleted.json", "SmartGroupComputerMembershipChange.json"])
def test_events_of_no_use_are_understood_and_make_nothing(name: str) -> None:
    assert translate(payload(f"jamf/{name}"), CONTEXT) == []


@pytest.mark.parametrize("nested", [False, True])
def test_a_finished_policy_is_understood_flat_or_nested_and_makes_nothing(nested: bool) -> None:
    policy = {"policyId": 12, "successful": True}
    event = {"computer": CHECK_IN["event"], **policy} if nested else {**CHECK_IN["event"], **policy}
    webhook = {**CHECK_IN["webhook"], "webhookEvent": "ComputerPolicyFinished"}
    assert translate(msgspec.json.encode({"webhook": webhook, "event": event}), CONTEXT) == []


@pytest.mark.parametrize("kind", ["Computer", "MobileDevice", "User"])
@pytest.mark.parametrize("spelling", ["jssID", "jssid"])
def test_a_smart_group_s_change_is_understood_and_makes_nothing(kind: str, spelling: str) -> None:
    delivery = msgspec.json.decode(payload("jamf/SmartGroupComputerMembershipChange.json"))
    delivery["webhook"]["webhookEvent"] = f"SmartGroup{kind}MembershipChange"
    delivery["event"][spelling] = delivery["event"].pop("jssID", delivery["event"].pop("jssid", 7))
    assert translate(msgspec.json.encode(delivery), CONTEXT) == []


def test_a_completed_command_names_no_command_and_is_no_proof_of_a_wipe() -> None:
    body = payload("jamf/MobileDeviceCommandCompleted.json")
    assert not [field for field in msgspec.json.decode(body)["event"] if "command" in field.lower()]
    assert translate(body, CONTEXT) == []


def test_every_documented_event_is_known() -> None:
    useful = {
        "ComputerAdded",
        "ComputerCheckIn",
        "ComputerInventoryCompleted",
        "MobileDeviceCheckIn",
        "MobileDeviceEnrolled",
        "MobileDeviceInventoryCompleted",
        "MobileDeviceUnEnrolled",
    }
    assert len(OF_NO_USE | useful) == 23
    for name in useful:
        assert len(translate(_check_in({"webhookEvent": name}), CONTEXT)) == 1


def test_a_mac_says_what_it_is() -> None:
    event = _one(payload("jamf/ComputerCheckIn.json"))
    assert isinstance(event, DeviceCheckedIn)
    assert event.data.identifiers == {"serial": "C02ZP1QMD6NV", "jamf": "computer/61"}
    assert (event.data.kind, event.data.os, event.data.os_version) == (Kind.LAPTOP, "macOS", "15.1.0")
    assert event.data.holder_email == "ines.okafor@northwind.example"


def test_a_computer_nested_one_level_deeper_is_read_the_same() -> None:
    nested = msgspec.json.encode({"webhook": CHECK_IN["webhook"], "event": {"computer": CHECK_IN["event"]}})
    assert _one(nested) == _one(_check_in())


def test_an_ipad_is_a_tablet() -> None:
    event = _one(payload("jamf/MobileDeviceEnrolled.json"))
    assert isinstance(event, DeviceEnrolled)
    assert (event.data.kind, event.data.os, event.data.model) == (Kind.TABLET, "iPadOS", "iPad (10th generation)")


def test_a_computer_and_a_mobile_device_of_one_number_are_two() -> None:
    computer = _one(_check_in(jssID=17, serialNumber=""))
    mobile = _one(_check_in({"webhookEvent": "MobileDeviceCheckIn"}, jssID=17, serialNumber=""))
    assert computer.subject == "jamf:computer/17"
    assert mobile.subject == "jamf:mobile/17"


def test_latin_1_is_read_where_a_body_is_not_utf_8() -> None:
    body = payload("jamf/ComputerCheckIn.json").decode().encode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert _one(body) == _one(payload("jamf/ComputerCheckIn.json"))


@pytest.mark.parametrize("declared", ["", '<?xml version="1.0" encoding="ISO-8859-1"?>'])
def test_latin_1_is_read_in_xml_too_whatever_it_declares(declared: str) -> None:
    words = payload("jamf/MobileDeviceCheckIn.xml").decode()
    words = declared + words.partition("?>")[2].replace("tomas.lind", "inès.lind")
    body = words.encode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    event = _one(body)
    assert isinstance(event, DeviceCheckedIn)
    assert event.subject == "DMPXK0ABQ1GC"


@pytest.mark.parametrize("spelling", [{"jssID": 61}, {"jssID": None, "jssid": 61}, {"jssID": "", "jssid": "61"}])
def test_both_spellings_of_the_number_are_read(spelling: dict[str, object]) -> None:
    event = _one(_check_in(**spelling))
    assert isinstance(event, DeviceCheckedIn)
    assert event.data.identifiers["jamf"] == "computer/61"


@pytest.mark.parametrize("stamp", [1793600481223, "1793600481223"])
def test_thirteen_digits_are_milliseconds(stamp: object) -> None:
    assert _one(_check_in({"eventTimestamp": stamp})).time == datetime(2026, 11, 2, 5, 41, 21, 223000, tzinfo=UTC) + (
        datetime.fromtimestamp(1793600481, UTC) - datetime(2026, 11, 2, 5, 41, 21, tzinfo=UTC)
    )


def test_ten_digits_are_seconds() -> None:
    assert _one(_check_in({"eventTimestamp": 1793600481})).time == datetime.fromtimestamp(1793600481, UTC)


@pytest.mark.parametrize("empty", ["", None, {}, []])
def test_all_spellings_of_absent_are_absent(empty: object) -> None:
    event = _one(_check_in(emailAddress=empty, username=empty, model=empty, osVersion=empty))
    assert isinstance(event, DeviceCheckedIn)
    assert (event.data.holder_email, event.data.model, event.data.os_version) == (None, None, None)


def test_a_repeat_has_the_same_id_and_another_webhook_has_another() -> None:
    assert _one(_check_in()).id == _one(_check_in(ipAddress="203.0.113.99")).id
    assert _one(_check_in()).id != _one(_check_in({"id": 4})).id


def test_only_allowed_fields_enter_an_event() -> None:
    written = msgspec.json.encode(_one(payload("jamf/ComputerCheckIn.json")))
    for private in ("Inès Okafor", "203.0.113.24", "10.20.4.118", "Shift lead", "Leeds depot", "3C:A6:F6"):
        assert private.encode() not in written


@pytest.mark.parametrize(
    ("webhook", "where"),
    [
        ({"webhookEvent": "ComputerDissolved"}, "$.webhook.webhookEvent"),
        ({"webhookEvent": ""}, "$.webhook.webhookEvent"),
        ({"eventTimestamp": ""}, "$.webhook.eventTimestamp"),
        ({"eventTimestamp": "soon"}, "$.webhook.eventTimestamp"),
        ({"eventTimestamp": 10**14}, "$.webhook.eventTimestamp"),
        ({"eventTimestamp": -5}, "$.webhook.eventTimestamp"),
    ],
)
def test_what_cannot_be_translated_says_where(webhook: dict[str, object], where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate(_check_in(webhook), CONTEXT)
    assert caught.value.where == where
    assert not isinstance(caught.value, Malformed)


def test_a_device_without_any_name_cannot_be_translated() -> None:
    with pytest.raises(Untranslatable, match="names no device"):
        translate(_check_in(jssID="", udid="", serialNumber="0"), CONTEXT)


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE JSSEvent [<!ENTITY x SYSTEM "file:///etc/passwd">]><JSSEvent>&x;</JSSEvent>',
        b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><JSSEvent>&b;&b;</JSSEvent>',
        b'<!DOCTYPE JSSEvent SYSTEM "http://evil.example/x.dtd"><JSSEvent/>',
        b"<JSSEvent>&undeclared;</JSSEvent>",
        b"<JSSEvent><webhook></JSSEvent>",
        b"<Eventlog/>",
        b"<" * 10,
        b"<JSSEvent>" + b"<a>" * 50 + b"</a>" * 50 + b"</JSSEvent>",
        b"<JSSEvent>" + b"<a/>" * 3_000 + b"</JSSEvent>",
        b"<JSSEvent>\x00</JSSEvent>",
        b"[" * 100_000,
        b'{"webhook":',
        b"no JSON at all",
    ],
)
def test_what_is_neither_json_nor_harmless_xml_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        translate(body, CONTEXT)
