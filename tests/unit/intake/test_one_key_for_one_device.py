"""The register can only keep order among words about one device if all sources key them alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from schemas.events.device import DeviceCheckedIn, FailureReported, WipeReported
from services.intake.identifiers import asset_tag, identifiers, serial, subject
from services.intake.sources.intune import translation as intune
from services.intake.sources.jamf import translation as jamf
from services.intake.sources.servicenow import translation as servicenow
from services.intake.translation import Record, Untranslatable, translate_records
from tests.payloads import changed, payload, records
from tests.unit.intake.context import CONTEXT, NOW

LAPTOP, PHONE = records("intune/managedDevices_list_page1.json", "value")
(ASSET,) = records("servicenow/alm_hardware_table_api.json", "result")


def test_all_sources_key_a_device_by_its_serial() -> None:
    delivery = msgspec.json.decode(payload("jamf/ComputerCheckIn.json"))
    delivery["event"]["serialNumber"] = "7qx4kl3 "
    keys = {
        *(event.subject for event in intune.translate(LAPTOP, CONTEXT)),
        *(event.subject for event in servicenow.translate_asset(ASSET, CONTEXT)),
        *(
            event.subject
            for event in servicenow.translate_push(payload("servicenow/outbound_business_rule_custom.json"), CONTEXT)
        ),
        *(event.subject for event in jamf.translate(msgspec.json.encode(delivery), CONTEXT)),
    }
    assert keys == {"7QX4KL3"}


@pytest.mark.parametrize(
    "junk",
    [
        "",
        " ",
        "0",
        "00000000",
        "-",
        "N/A",
        "none",
        "System Serial Number",
        "xxxxxxx",
        "123456789",
        "1",
        None,
        0,
        True,
        [],
    ],
)
def test_junk_is_no_serial(junk: object) -> None:
    assert serial(junk) is None


@pytest.mark.parametrize(
    ("words", "number"), [(" 7qx4kl3", "7QX4KL3"), ("VMware-56 4d", "VMWARE-56 4D"), (12345, "12345")]
)
def test_a_serial_is_upper_case_and_trimmed(words: object, number: str) -> None:
    assert serial(words) == number


def test_control_characters_which_postgresql_refuses_do_not_pass() -> None:
    assert serial("AB\x00CD\x1f1") == "AB CD 1"
    assert asset_tag(" met-0001\x00") == "MET-0001"


def test_without_a_serial_the_steadiest_name_is_the_key() -> None:
    assert subject(identifiers(asset_tag="MET-1", servicenow="ab")) == "asset_tag:MET-1"
    assert subject(identifiers(servicenow="ab", intune="cd")) == "servicenow:ab"


def test_a_record_that_names_nothing_is_refused() -> None:
    with pytest.raises(Untranslatable):
        identifiers(serial=None, jamf=None)


def test_clocks_in_the_future_stand_at_now_and_are_counted() -> None:
    far = "2099-01-01T00:00:00Z"
    ahead = changed(LAPTOP, lastSyncDateTime=far)
    near = changed(LAPTOP, lastSyncDateTime=(NOW + timedelta(minutes=4)).isoformat())
    wiped = changed(
        PHONE,
        deviceActionResults=[
            {"actionName": "wipe", "actionState": "done", "startDateTime": far, "lastUpdatedDateTime": far}
        ],
    )
    result = translate_records(intune.MANAGED_DEVICE, [Record(ahead), Record(near), Record(wiped)], CONTEXT)
    assert result.clamped == 2
    (first,), (second,), (_, wipe) = result.events
    assert isinstance(first, DeviceCheckedIn)
    assert first.time == NOW
    assert second.time == NOW + timedelta(minutes=4)
    assert isinstance(wipe, WipeReported)
    assert (wipe.time, wipe.data.requested_at) == (NOW, NOW)


def test_a_ticket_opened_in_the_future_was_opened_now() -> None:
    (incident,) = records("servicenow/incident_table_api.json", "result")
    body = changed(incident, opened_at="2098-01-01 00:00:00")
    result = translate_records(servicenow.INCIDENT, [Record(body)], CONTEXT)
    ((failure,),) = result.events
    assert isinstance(failure, FailureReported)
    assert failure.data.opened_at == NOW
    assert failure.time == datetime(2026, 11, 1, 9, 1, 44, 7, tzinfo=UTC)
