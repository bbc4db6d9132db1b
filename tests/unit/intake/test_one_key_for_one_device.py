"""The register can only keep order among words about one device if all sources key them alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.events.device import DeviceCheckedIn, FailureReported, WipeReported
from services.intake.reading.identifiers import JUNK, asset_tag, identifiers, serial, subject
from services.intake.sources.intune import translation as intune
from services.intake.sources.jamf import translation as jamf
from services.intake.sources.servicenow import translation as servicenow
from services.intake.translation import Record, Untranslatable, translate_records
from services.register.batch import Batch
from services.register.rules.identity import names_of
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
        "To be filled by O.E.M.",
        "To Be Filled By O.E.M",
        "Default string",
        "Not Specified",
        "NOT AVAILABLE",
        "System.Byte[]",
        "Base Board Serial Number",
        "Chassis Serial Number",
        "BSN12345678901234567",
        "MB-1234567890",
        "03000200-0400-0500-0006-000700080009",
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF",
        "01234567",
        "#N/A",
        "#REF!",
        "(blank)",
        "5.2E+11",
        "--.--",
    ],
)
def test_junk_is_no_serial(junk: object) -> None:
    assert serial(junk) is None


JUNK_AS_WRITTEN = ("To be filled by O.E.M.", "0", "Default string", "Not Available", "System Serial Number", "None")
BETWEEN = st.sampled_from(["", " ", "  ", ".", "-", "_", "\t", "\u00a0"])


@given(
    junk=st.sampled_from(JUNK_AS_WRITTEN),
    cased=st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    spaced=BETWEEN,
    around=st.tuples(BETWEEN, BETWEEN),
)
def test_junk_is_junk_however_it_is_written(
    junk: str, cased: Callable[[str], str], spaced: str, around: tuple[str, str]
) -> None:
    written = around[0] + spaced.join(cased(junk).split(" ")) + around[1]
    assert serial(written) is None
    assert asset_tag(written) is None


@given(st.from_regex(r"[A-Z][0-9][A-Z0-9]{5,12}", fullmatch=True).filter(lambda number: len(set(number)) > 4))
def test_what_a_maker_could_have_given_passes_and_stays(number: str) -> None:
    assume(number not in JUNK)
    assert serial(f" {number.lower()} ") == number
    assert serial(serial(number)) == number


@given(st.text())
def test_whatever_passes_passes_again(words: str) -> None:
    known = serial(words)
    assert known is None or serial(known) == known


@pytest.mark.parametrize("tag", ["No Asset Tag", "Default string", "0000", "Asset-1234567890", "-", "", "N/A"])
def test_junk_is_no_asset_tag_either(tag: str) -> None:
    assert asset_tag(tag) is None


def test_two_devices_with_junk_for_a_serial_stay_two() -> None:
    junk = [changed(LAPTOP, serialNumber="To be filled by O.E.M.", id=name) for name in ("first", "second")]
    batch = Batch({})
    for body in junk:
        for event in intune.translate(body, CONTEXT):
            batch.fold(event, names_of(event.data.identifiers))
    assert len(batch.touched) == 2


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
