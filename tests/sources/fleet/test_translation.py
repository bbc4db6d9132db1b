from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.device import DeviceCheckedIn, DeviceEnrolled, DeviceUnenrolled, WipeReported
from schemas.vocabulary import Kind
from services.intake.sources.fleet.translation import translate_activity, translate_host
from services.intake.translation import Malformed, Untranslatable
from tests.payloads import FOLDER, changed, payload, records
from tests.unit.intake.context import CONTEXT

ENROLLED = payload("fleet/activity_fleet_enrolled.json")
WIPED = payload("fleet/activity_wiped_host.json")
MDM_ENROLLED = payload("fleet/activity_mdm_enrolled.json")
LISTED = records("fleet/activities_list.json", "activities")
WINDOWS, PHONE, MAC, PENDING = records("fleet/hosts_list.json", "hosts")


def _one(body: bytes) -> Event:
    (event,) = translate_activity(body, CONTEXT)
    return event


def _seen(body: bytes) -> DeviceCheckedIn:
    (event,) = translate_host(body, CONTEXT)
    assert isinstance(event, DeviceCheckedIn)
    return event


def _details(body: bytes, **details: object) -> bytes:
    told = msgspec.json.decode(body)
    return msgspec.json.encode({**told, "details": {**told["details"], **details}})


@pytest.mark.parametrize(
    ("name", "kind", "subject"),
    [
        ("activity_fleet_enrolled.json", DeviceEnrolled, "C02ZP1QMD6NV"),
        ("activity_mdm_enrolled.json", DeviceEnrolled, "C02ZP1QMD6NV"),
        ("activity_deleted_host_expired.json", DeviceUnenrolled, "5CG9120BBX"),
        ("activity_wiped_host.json", WipeReported, "fleet:881"),
    ],
)
def test_each_useful_activity_becomes_one_of_ours(name: str, kind: type[Event], subject: str) -> None:
    event = _one(payload(f"fleet/{name}"))
    assert type(event) is kind
    assert event.subject == subject


@pytest.mark.parametrize("name", ["activity_locked_host.json", "host_status.json"])
def test_what_says_nothing_we_count_is_passed_over(name: str) -> None:
    assert translate_activity(payload(f"fleet/{name}"), CONTEXT) == []


@pytest.mark.parametrize(
    "body",
    [
        {"type": "edited_something_new", "details": [1, 2], "timestamp": 7},
        {"timestamp": "0000-00-00T00:00:00Z", "policy": {"id": 1}, "hosts": [{"id": 1}]},
        {"timestamp": "0000-00-00T00:00:00Z", "vulnerability": {"cve": "CVE-2014-9471"}},
    ],
)
def test_activities_still_to_come_and_other_automations_are_no_fault(body: dict[str, Any]) -> None:
    assert translate_activity(msgspec.json.encode(body), CONTEXT) == []


def test_a_wipe_was_asked_for_and_no_more() -> None:
    event = _one(WIPED)
    assert isinstance(event, WipeReported)
    assert (event.data.outcome, event.data.requested_at) == ("requested", event.time)
    failed = _one(changed(WIPED, type="failed_wipe"))
    assert isinstance(failed, WipeReported)
    assert (failed.data.outcome, failed.data.requested_at) == ("failed", None)


def test_an_id_is_the_same_whether_a_number_or_text() -> None:
    as_number = _details(ENROLLED, host_id=881)
    assert _one(as_number) == _one(ENROLLED)
    assert _one(ENROLLED).data.identifiers == {"serial": "C02ZP1QMD6NV", "fleet": "881"}  # type: ignore[attr-defined]  # every event of a device has them


def test_an_activity_by_webhook_and_by_the_api_is_one_event() -> None:
    assert _one(LISTED[0]).id == _one(ENROLLED).id
    assert _one(LISTED[2]).id == _one(WIPED).id
    assert translate_activity(LISTED[1], CONTEXT) == []


@pytest.mark.parametrize(
    ("pushed", "listed"),
    [
        ("2026-11-02T09:00:12.441902118Z", "2026-11-02T09:00:12.441902Z"),
        ("2026-11-02T09:00:12.441902518Z", "2026-11-02T09:00:12.441903Z"),
        ("2026-11-02T09:00:12.999999618Z", "2026-11-02T09:00:13Z"),
        ("2026-11-02T09:00:12.441902118Z", "2026-11-02T09:00:12Z"),  # an old server keeps whole seconds
        ("2026-11-02T09:00:12.541902118Z", "2026-11-02T09:00:13Z"),
        ("2026-11-02T10:00:12.7+01:00", "2026-11-02T09:00:12.7Z"),
        ("2026-11-02T09:00:12Z", "2026-11-02T09:00:12Z"),
    ],
)
def test_however_many_digits_its_clock_has(pushed: str, listed: str) -> None:
    by_api = changed(changed(WIPED, timestamp=None), created_at=listed, id=7)
    assert _one(changed(WIPED, timestamp=pushed)).id == _one(by_api).id


def test_two_wipes_of_one_device_are_two() -> None:
    assert _one(WIPED).id != _one(changed(WIPED, timestamp="2026-11-02T09:00:19Z")).id


@pytest.mark.parametrize("details", [{"host_serial": ""}, {"host_serial": None, "enrollment_id": "b1"}])
def test_an_enrolment_that_names_no_device_is_nobody_s_fault(details: dict[str, Any]) -> None:
    assert translate_activity(_details(MDM_ENROLLED, **details), CONTEXT) == []


def test_an_enrolment_names_its_system() -> None:
    event = _one(_details(MDM_ENROLLED, platform="ipados"))
    assert isinstance(event, DeviceEnrolled)
    assert (event.data.os, event.data.kind) == ("iPadOS", Kind.TABLET)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (changed(WIPED, type=None), "$.type"),
        (changed(WIPED, timestamp=""), "$.timestamp"),
        (changed(WIPED, timestamp="0000-00-00T00:00:00Z"), "$.timestamp"),
        (changed(WIPED, timestamp="soon"), "$.timestamp"),
        (changed(WIPED, details=[]), ""),
        (changed(WIPED, details={"host_id": 0}), ""),
        (changed(PHONE, id=None), "$.id"),
    ],
)
def test_what_cannot_be_translated_says_where(body: bytes, where: str) -> None:
    translate = translate_host if b"seen_time" in body else translate_activity
    with pytest.raises(Untranslatable) as caught:
        translate(body, CONTEXT)
    assert caught.value.where == where
    assert not isinstance(caught.value, Malformed)


def test_a_body_that_broke_off_is_malformed() -> None:
    with pytest.raises(Malformed):
        translate_activity(WIPED[:100], CONTEXT)


def test_a_host_says_what_it_is_and_when_it_was_seen() -> None:
    windows, mac = _seen(WINDOWS), _seen(MAC)
    assert windows.data.identifiers == {"serial": "5CG9120BBX", "fleet": "412"}
    assert (windows.data.kind, windows.data.manufacturer, windows.data.model) == (Kind.LAPTOP, "Dell", "Latitude 5440")
    assert (windows.data.os, windows.data.os_version) == ("Windows", "10.0.22631.4317")
    assert (mac.data.os, mac.data.os_version, mac.data.kind) == ("macOS", "15.1.0", Kind.LAPTOP)
    assert mac.time == datetime(2026, 11, 29, 6, 3, 39, tzinfo=UTC)


def test_a_phone_has_no_agent_and_is_seen_when_it_answered() -> None:
    phone = _seen(PHONE)
    assert phone.time == datetime(2026, 11, 29, 7, 12, tzinfo=UTC)
    assert (phone.data.os, phone.data.kind) == ("iOS", Kind.SMARTPHONE)


@pytest.mark.parametrize(
    "fields",
    [
        {"mdm": {"enrollment_status": "Pending"}},
        {"mdm": {"enrollment_status": "On (personal)"}},
        {"seen_time": None, "detail_updated_at": "2000-01-01T00:00:00Z"},
        {"seen_time": "0001-01-01T00:00:00Z", "detail_updated_at": ""},
    ],
)
def test_a_host_that_was_never_seen_or_is_somebody_s_own_is_no_check_in(fields: dict[str, Any]) -> None:
    assert translate_host(changed(MAC, **fields), CONTEXT) == []


def test_the_same_sign_of_life_has_one_id_and_another_has_another() -> None:
    assert _seen(MAC).id == _seen(changed(MAC, updated_at="2026-11-29T06:40:00Z", public_ip="203.0.113.7")).id
    assert _seen(MAC).id != _seen(changed(MAC, seen_time="2026-11-29T06:13:39Z")).id


def test_only_allowed_fields_enter_an_event() -> None:
    bodies = [path.read_bytes() for path in sorted((FOLDER / "fleet").glob("activity_*.json"))]
    written = b"".join(msgspec.json.encode(translate_activity(body, CONTEXT)) for body in [*bodies, *LISTED])
    written += msgspec.json.encode([_seen(host) for host in (WINDOWS, PHONE, MAC)])
    for private in ("Dana", "dana.whitlock", "Inès", "NWH-", "203.0.113", "10.20.4", "3c:a6", "Depots"):
        assert private.encode() not in written
