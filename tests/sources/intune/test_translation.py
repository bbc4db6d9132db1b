from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import msgspec
import pytest

from schemas.events.device import DeviceCheckedIn, DeviceEnrolled, DeviceUnenrolled, WipeReported
from schemas.vocabulary import Kind
from services.intake.polling.feeds import UnusableAnswer
from services.intake.sources.intune.devices import DeviceFeed
from services.intake.sources.intune.translation import translate
from services.intake.translation import Malformed, Untranslatable
from tests.payloads import changed, payload, records
from tests.sources.walking import asked, one_page
from tests.unit.intake.context import CONTEXT, NOW

LAPTOP, PHONE = records("intune/managedDevices_list_page1.json", "value")
(NEVER_SEEN,) = records("intune/managedDevices_list_lastpage.json", "value")
GRAPH = "https://graph.microsoft.com"


def test_a_device_that_synchronised_checks_in_at_that_moment() -> None:
    (event,) = translate(LAPTOP, CONTEXT)
    assert isinstance(event, DeviceCheckedIn)
    assert event.time == datetime(2026, 11, 2, 6, 41, 9, 118723, tzinfo=UTC)
    assert event.subject == "7QX4KL3"
    assert event.data.identifiers == {"serial": "7QX4KL3", "intune": "5c0e7a52-1f7d-4f6b-9f6e-0d6f0f7a4412"}
    assert (event.data.kind, event.data.manufacturer, event.data.model) == (Kind.LAPTOP, "Dell", "Latitude 5440")
    assert event.data.compliant is True
    assert event.data.holder_email == "priya.raman@northwind.example"


def test_the_same_check_in_has_the_same_id_and_another_has_another() -> None:
    (first,) = translate(LAPTOP, CONTEXT)
    (again,) = translate(changed(LAPTOP, deviceName="renamed"), CONTEXT)
    (later,) = translate(changed(LAPTOP, lastSyncDateTime="2026-11-02T07:00:00Z"), CONTEXT)
    assert first.id == again.id != later.id


def test_a_pending_wipe_is_requested_and_no_proof() -> None:
    checked_in, wipe = translate(PHONE, CONTEXT)
    assert isinstance(checked_in, DeviceCheckedIn)
    assert checked_in.data.kind is Kind.SMARTPHONE
    assert isinstance(wipe, WipeReported)
    assert wipe.data.outcome == "requested"
    assert wipe.subject == checked_in.subject == "F4GQX0ZZ1D"


def test_a_factory_reset_counts_as_a_wipe_and_a_sync_does_not() -> None:
    events = translate(payload("intune/managedDevice_beta_wipePending.json"), CONTEXT)
    assert [type(event) for event in events] == [DeviceCheckedIn, WipeReported]


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("pending", "requested"),
        ("active", "requested"),
        ("done", "done"),
        ("failed", "failed"),
        ("notSupported", "failed"),
        ("canceled", "cancelled"),
    ],
)
def test_each_state_of_a_wipe_is_an_event_of_its_own(state: str, outcome: str) -> None:
    action = {"actionName": "wipe", "actionState": state, "startDateTime": "2026-11-01T09:00:12Z"}
    _, wipe = translate(changed(PHONE, deviceActionResults=[action]), CONTEXT)
    assert isinstance(wipe, WipeReported)
    assert (wipe.data.outcome, wipe.id.rpartition("/")[2]) == (outcome, state)


@pytest.mark.parametrize("name", ["retire", "removeCompanyData"])
def test_a_finished_retire_ends_management_and_is_no_wipe(name: str) -> None:
    action = {"actionName": name, "actionState": "done", "startDateTime": "2026-11-01T09:00:12Z"}
    checked_in, left = translate(changed(PHONE, deviceActionResults=[action]), CONTEXT)
    assert isinstance(checked_in, DeviceCheckedIn)
    assert isinstance(left, DeviceUnenrolled)
    assert left.time == datetime(2026, 11, 1, 9, 0, 12, tzinfo=UTC)
    assert left.subject == checked_in.subject


@pytest.mark.parametrize("state", ["none", "pending", "active", "failed", "canceled", "notSupported"])
def test_an_unfinished_retire_says_nothing(state: str) -> None:
    action = {"actionName": "retire", "actionState": state, "startDateTime": "2026-11-01T09:00:12Z"}
    (event,) = translate(changed(PHONE, deviceActionResults=[action]), CONTEXT)
    assert isinstance(event, DeviceCheckedIn)


def test_a_wipe_that_keeps_the_enrolment_is_no_wipe() -> None:
    action = {"actionName": "factoryResetKeepEnrollmentData", "actionState": "done"}
    (event,) = translate(changed(PHONE, deviceActionResults=[action]), CONTEXT)
    assert isinstance(event, DeviceCheckedIn)


def test_a_device_that_never_synchronised_is_enrolled_and_known_by_its_intune_id() -> None:
    (event,) = translate(NEVER_SEEN, CONTEXT)
    assert isinstance(event, DeviceEnrolled)
    assert event.time == datetime(2026, 10, 30, 16, 2, 10, tzinfo=UTC)
    assert event.subject == "intune:0a8f6b3d-7d4e-4ab8-a4c0-70d1ee5b2c18"
    assert event.data.holder_email is None


@pytest.mark.parametrize(
    "junk", ["", "0", 0, None, "To be filled by O.E.M.", "0000000", "Default string", "6.37702E+15"]
)
def test_a_junk_serial_is_no_identifier(junk: object) -> None:
    (event,) = translate(changed(LAPTOP, serialNumber=junk), CONTEXT)
    assert event.data.identifiers.keys() == {"intune"}  # type: ignore[attr-defined]  # an Event of this source has data


def test_a_serial_is_written_one_way() -> None:
    (event,) = translate(changed(LAPTOP, serialNumber=" 7qx4kl3 "), CONTEXT)
    assert event.subject == "7QX4KL3"


def test_people_s_own_devices_are_left_out() -> None:
    assert translate(changed(LAPTOP, managedDeviceOwnerType="personal"), CONTEXT) == []


def test_only_allowed_fields_enter_an_event() -> None:
    written = b"".join(msgspec.json.encode(event) for body in (LAPTOP, PHONE) for event in translate(body, CONTEXT))
    for private in (b"Priya Raman", b"Tomas Lind", b"353911110223344", b"A0B1C2D3E4F5", b"NWH-LT-0412"):
        assert private not in written


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"id": ""}, "$.id"),
        ({"id": 5}, "$.id"),
        ({"lastSyncDateTime": "yesterday"}, "$.lastSyncDateTime"),
        ({"lastSyncDateTime": "1889-01-01T00:00:00Z"}, "$.lastSyncDateTime"),
        ({"lastSyncDateTime": None, "enrolledDateTime": "9999-12-31T23:59:59.9999999Z"}, "$.enrolledDateTime"),
        (
            {"deviceActionResults": [{"actionName": "wipe", "actionState": "vanished"}]},
            "$.deviceActionResults[0].actionState",
        ),
    ],
)
def test_what_cannot_be_translated_says_where(fields: dict[str, object], where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate(changed(LAPTOP, **fields), CONTEXT)
    assert caught.value.where == where


def test_half_a_body_is_malformed() -> None:
    with pytest.raises(Malformed) as caught:
        translate(LAPTOP[: len(LAPTOP) // 2], CONTEXT)
    assert caught.value.where == f"byte {len(LAPTOP) // 2}, where it ends"


def _page(*devices: bytes, link: str | None = None) -> bytes:
    extra = f',"@odata.nextLink":{msgspec.json.encode(link).decode()}' if link else ""
    return b'{"value":[' + b",".join(devices) + b"]" + extra.encode() + b"}"


def test_the_first_list_has_no_filter_and_the_next_one_begins_a_little_before_the_watermark() -> None:
    feed = DeviceFeed(GRAPH)
    first = asked(feed.walk(None, NOW))
    assert "$filter" not in first
    assert "$top=1000" in first
    after = asked(feed.walk({"last_sync": "2026-11-02T06:41:09.118723+00:00"}, NOW))
    assert unquote(after).endswith("$filter=lastSyncDateTime ge 2026-11-02T06:26:09Z")


def test_the_watermark_moves_with_the_last_page_only() -> None:
    walk = DeviceFeed(GRAPH).walk(None, NOW)
    link = f"{GRAPH}/v1.0/deviceManagement/managedDevices?$skiptoken=x%3dy"
    page = one_page(walk, _page(LAPTOP, link=link))
    assert page.position is None
    assert asked(walk) == link
    page = one_page(walk, _page(PHONE))
    assert walk.call is None
    assert page.position == {"last_sync": "2026-11-02T06:41:09.118723+00:00"}


def test_a_clock_in_the_future_does_not_carry_the_watermark_away() -> None:
    walk = DeviceFeed(GRAPH).walk(None, NOW)
    page = one_page(walk, _page(changed(LAPTOP, lastSyncDateTime="2099-01-01T00:00:00Z"), PHONE))
    assert page.position == {"last_sync": "2026-10-29T17:03:44+00:00"}


def test_an_empty_list_leaves_the_watermark_where_it_was() -> None:
    before = {"last_sync": (NOW - timedelta(days=1)).isoformat()}
    assert one_page(DeviceFeed(GRAPH).walk(before, NOW), _page()).position == before


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.microsoft.com.evil.example/v1.0/deviceManagement/managedDevices?$skiptoken=x",
        "http://graph.microsoft.com/v1.0/deviceManagement/managedDevices?$skiptoken=x",
        "https://graph.microsoft.com/v1.0/users?$skiptoken=x",
        "//evil.example/v1.0/deviceManagement/managedDevices",
        "https://someone@graph.microsoft.com/v1.0/deviceManagement/managedDevices",
        "http://[",
    ],
)
def test_a_link_away_from_the_configured_list_is_not_followed(link: str) -> None:
    with pytest.raises(UnusableAnswer):
        one_page(DeviceFeed(GRAPH).walk(None, NOW), _page(LAPTOP, link=link))


def test_a_page_that_is_no_list_moves_nothing() -> None:
    with pytest.raises(UnusableAnswer):
        one_page(DeviceFeed(GRAPH).walk(None, NOW), b"<html>maintenance</html>")
