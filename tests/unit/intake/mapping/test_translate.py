"""Rows and pushed bodies as events, by the shipped mappings and by ones of our own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.device import AssetRecorded, CheckIn, DeviceCheckedIn, FailureReported
from schemas.events.finance import FinanceDocumentRecorded
from schemas.topics import FINANCE_DOCUMENT
from schemas.vocabulary import DeviceState, Kind
from services.errors import ConfigurationError
from services.intake.files.opening import open_table
from services.intake.files.rows import UnreadableFile
from services.intake.mapping.naming import Named, Stamp, event_id
from services.intake.mapping.reading import read_mapping
from services.intake.mapping.shipped import shipped_text
from services.intake.mapping.structs import Mapping
from services.intake.mapping.translate import fit, push_kind, row_kind
from services.intake.sources.finance import translation as finance
from services.intake.translation import Record, Translated, Untranslatable, translate_body, translate_records
from tests.payloads import FOLDER
from tests.unit.intake.context import CONTEXT

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
STAMP = Stamp("assets", AS_OF)
ASSETS = """
makes: asset
time_zone: Europe/London
fields:
  serial: Serial
  unit: Unit
  cost: {column: Cost, in: pounds, vat: excluded, vat_percent: 20}
  updated_at: Changed
"""
ROW = {"serial": "7QX4KL3", "unit": "Central West", "cost": "1,000.00", "changed": "2026-10-30 08:00:00"}


def shipped(name: str) -> Mapping:
    return read_mapping(shipped_text(name) or "", name)


def translated(name: str, path: str) -> Translated:
    """A payload's rows by a shipped mapping that must fit it."""
    mapping, table = shipped(name), open_table(FOLDER / path)
    fit(mapping, table, path)
    kind = row_kind(mapping, Stamp(name, AS_OF))
    return translate_records(kind, [Record(msgspec.json.encode(row.cells)) for row in table.rows()], CONTEXT)


def events(name: str, path: str) -> list[Any]:
    result = translated(name, path)
    assert not result.rejected
    return [event for (event,) in result.events]


def one(cells: dict[str, str], mapping: str = ASSETS, stamp: Stamp = STAMP) -> Any:
    (event,) = row_kind(read_mapping(mapping, "m"), stamp).translate(msgspec.json.encode(cells), CONTEXT)
    return event


def test_snipeit_with_its_importers_headers() -> None:
    first, second = events("snipeit", "snipeit/assets_import_default_map.csv")
    assert isinstance(first, AssetRecorded)
    assert (first.subject, first.time, first.source) == ("7QX4KL3", AS_OF, "quartermaster/intake/import/snipeit")
    asset = first.data
    assert (asset.kind, asset.manufacturer, asset.model) == (Kind.LAPTOP, "Dell", "Latitude 5440")
    assert (asset.state, asset.cost_pence) == (DeviceState.IN_STOCK, 124_000)
    assert (asset.purchased_on, asset.warranty_ends_on) == (date(2025, 2, 20), date(2028, 2, 20))
    assert asset.holder_email == "priya.raman@northwind.example"
    assert second.data.holder_email is None


def test_snipeit_with_its_samples_headers_and_dates() -> None:
    first, second = events("snipeit", "snipeit/assets_import_current_headers.csv")
    assert (first.data.identifiers, first.data.purchased_on) == ({"asset_tag": "NWH-A-0479"}, date(2025, 2, 20))
    assert (second.data.kind, second.data.cost_pence) == (Kind.MONITOR, 18_950)


def test_snipeit_objects() -> None:
    (event,) = events("snipeit-api", "snipeit/hardware_list.json")
    assert event.data.identifiers == {"serial": "7QX4KL3", "asset_tag": "NWH-A-0479", "snipeit": "1442"}
    assert (event.data.warranty_ends_on, event.data.cost_pence) == (date(2028, 2, 20), 124_000)
    assert event.time == datetime(2026, 10, 30, 8, tzinfo=UTC)
    (bare,) = events("snipeit-api", "snipeit/hardware_item_deployable_no_fields.json")
    assert (bare.subject, bare.data.state) == ("asset_tag:NWH-A-0533", DeviceState.IN_STOCK)


def test_intune_from_the_portal() -> None:
    (event,) = events("intune-portal", "intune/portal_devices_export_UNVERIFIED_headers.csv")
    assert isinstance(event, DeviceCheckedIn)
    assert event.data.identifiers == {"serial": "7QX4KL3", "intune": "5c0e7a52-1f7d-4f6b-9f6e-0d6f0f7a4412"}
    assert (event.data.kind, event.data.compliant, event.data.manufacturer) == (Kind.LAPTOP, True, "Dell")
    assert event.time == datetime(2026, 11, 2, 6, 41, 9, tzinfo=UTC)


def test_intune_from_an_export_job_and_no_personal_devices() -> None:
    laptop, phone = events("intune-export", "intune/exportJob_Devices_selected.csv")
    assert (laptop.subject, laptop.data.compliant) == ("intune:5c0e7a52-1f7d-4f6b-9f6e-0d6f0f7a4412", True)
    assert (phone.data.kind, phone.data.compliant) == (Kind.SMARTPHONE, False)
    kind = row_kind(shipped("intune-export"), Stamp("intune-export"))
    row = {"deviceid": "x", "ownertype": " 2", "lastcontact": "2026-11-02 06:41:09"}
    assert kind.translate(msgspec.json.encode(row), CONTEXT) == []


def test_servicenow_with_plain_and_with_display_values() -> None:
    (event,) = events("servicenow-hardware", "servicenow/alm_hardware_table_api.json")
    assert (event.data.identifiers["servicenow"], event.data.state) == (
        "2e99c6ee7e9c5da820f77efc61e04ffe",
        DeviceState.WRITTEN_OFF,
    )
    assert event.data.model is None, "an id of a model is no model"


def test_only_what_is_mapped_passes() -> None:
    for name, path in (
        ("snipeit", "snipeit/assets_import_default_map.csv"),
        ("snipeit-api", "snipeit/hardware_list.json"),
        ("intune-portal", "intune/portal_devices_export_UNVERIFIED_headers.csv"),
    ):
        written = msgspec.json.encode(events(name, path)).decode()
        for personal in ("Priya Raman", "Priya ", "Leeds", "Depot laptops", "A0B1C2D3E4F5", "priya.raman_"):
            assert personal not in written, (name, personal)


def test_an_event_is_its_record_content_and_moment() -> None:
    event = one(ROW)
    assert (event.data.unit, event.data.cost_pence) == ("central-west", 120_000)
    assert one(ROW, stamp=Stamp("assets", AS_OF, 7)).id == event.id, "whichever import it comes in"
    assert one(ROW, stamp=Stamp("assets", AS_OF, 7)).time == event.time + timedelta(microseconds=7)
    assert one({**ROW, "notes": "x"}).id == event.id, "what is dropped does not matter"
    assert one({**ROW, "cost": "1000"}).id == event.id
    assert len({event.id, one({**ROW, "cost": "999"}).id, one({**ROW, "changed": "2026-10-31"}).id}) == 3


def test_a_row_without_its_own_moment_is_true_as_of_what_was_said() -> None:
    early, late = (one({**ROW, "changed": ""}, stamp=Stamp("a", AS_OF + timedelta(days=days))) for days in (0, 1))
    assert (early.time, late.time) == (AS_OF, AS_OF + timedelta(days=1))
    assert early.id != late.id, "the same said of a later day is news: another source may have spoken between"
    with pytest.raises(Untranslatable, match="does not say when it was true"):
        one({**ROW, "changed": ""}, stamp=Stamp("a"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"serial": "Default string"}, "names no device"),
        ({"unit": "Nowhere"}, "Unit: 'Nowhere' is no unit"),
        ({"cost": "dear"}, "Cost: 'dear' is no sum"),
        ({"cost": "-5"}, "Cost: '-5' is below zero"),
        ({"changed": "soon"}, "Changed: 'soon' is no moment"),
    ],
)
def test_what_is_refused_names_its_column(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(Untranslatable, match=reason):
        one({**ROW, **changes})


TICKETS = """
makes: failure
time_zone: UTC
fields:
  serial: device.serial
  ticket: number
  ticket_state: {column: state, table: {New: open, Closed: resolved}}
  opened_at: opened
  updated_at: {column: changed, formats: [epoch]}
"""


def test_tickets_that_are_pushed() -> None:
    kind = push_kind(read_mapping(TICKETS, "m"), "desk")
    record = {"device": {"serial": "7QX4KL3", "user": "x"}, "number": "T-1", "state": "New", "changed": 1761811200}
    for body in (record, [record], {"records": [record]}):
        result = translate_body(kind, msgspec.json.encode(body), CONTEXT)
        ((event,),) = result.events
        assert isinstance(event, FailureReported)
        assert (event.data.ticket, event.data.ticket_state, event.subject) == ("T-1", "open", "7QX4KL3")
        assert event.data.opened_at == event.time == datetime(2025, 10, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"{}", b"[" * 5_000, b'{"device":' * 5_000, b"\xff", b"null"])
def test_pushed_nonsense_is_rejected_and_never_a_fault(body: bytes) -> None:
    result = translate_body(push_kind(read_mapping(TICKETS, "m"), "desk"), body, CONTEXT)
    assert result.rejected
    assert not [each for each in result.rejected if "translator fault" in each.letter.reason]


def test_a_push_says_when() -> None:
    with pytest.raises(ConfigurationError, match="must map updated_at"):
        push_kind(read_mapping("makes: asset\ntime_zone: UTC\nfields: {serial: s}", "m"), "x")


def test_finance_by_the_rules_of_its_extract() -> None:
    row = {
        "document": "PO-1", "type": "PO", "order": "PO-1", "line": "Refresh and BAU", "fy": "2024/25",
        "kind": "Laptops", "model": "Latitude 5440", "quantity": "10", "net": "£10,250.00", "vat": "2,050",
        "supplier": "Northwind Supplies", "date": "04/07/2024", "unit": "Central West", "demand": "Refresh",
    }  # fmt: skip
    kind = row_kind(shipped("finance"), Stamp("finance"))
    assert kind.topics == (FINANCE_DOCUMENT,)
    (event,) = kind.translate(msgspec.json.encode(row), CONTEXT)
    assert isinstance(event, FinanceDocumentRecorded)
    extract = (
        ",".join(finance.COLUMNS)
        + "\nPO-1,purchase_order,PO-1,refresh-and-bau,2024/25,laptop,Latitude 5440,10,1025000,205000,"
        + "Northwind Supplies,2024-07-04,central-west,refresh\n"
    )
    assert list[Event]([event]) == finance.translate(extract.encode(), CONTEXT), "one document, whichever way it comes"
    with pytest.raises(Untranslatable, match="net_pence: -100 is negative"):
        kind.translate(msgspec.json.encode({**row, "net": "-1.00"}), CONTEXT)


def test_a_header_that_lacks_what_is_mapped() -> None:
    table = open_table(FOLDER / "snipeit/assets_import_default_map.csv")
    with pytest.raises(UnreadableFile, match=r"the header lacks 'Changed', 'Unit', 'Cost', which .* it has Full Name"):
        fit(read_mapping(ASSETS.replace("Serial", "serial NUMBER"), "m"), table, "a.csv")


CHECK_INS = """
makes: check_in
time_zone: Europe/London
fields:
  serial: Serial
  battery_health_percent: Battery
  updated_at: Changed
"""


@pytest.mark.parametrize(("cell", "percent"), [("87", 87), ("87.9 %", 87), ("", None), ("100%", 100)])
def test_battery_health_comes_as_a_percentage(cell: str, percent: int | None) -> None:
    kind = row_kind(read_mapping(CHECK_INS, "batteries"), Stamp("batteries", AS_OF))
    row = {"serial": "7QX4KL3", "battery": cell, "changed": "2026-10-30 08:00:00"}
    (event,) = kind.translate(msgspec.json.encode(row), CONTEXT)
    assert isinstance(event, DeviceCheckedIn)
    assert event.data.battery_health_percent == percent


@pytest.mark.parametrize("cell", ["101", "good", "-3", "1e2"])
def test_what_is_no_percentage_is_refused(cell: str) -> None:
    kind = row_kind(read_mapping(CHECK_INS, "batteries"), Stamp("batteries", AS_OF))
    row = {"serial": "7QX4KL3", "battery": cell, "changed": "2026-10-30 08:00:00"}
    with pytest.raises(Untranslatable, match="no percentage"):
        kind.translate(msgspec.json.encode(row), CONTEXT)


def test_a_row_without_a_battery_keeps_the_id_that_it_had_before_batteries_were_known() -> None:
    named = Named({"serial": "A1"}, "A1", "row/A1", datetime(2026, 11, 2, 6, 41, 9, tzinfo=UTC))
    told = CheckIn(identifiers={"serial": "A1"}, kind=Kind.LAPTOP, model="T14")
    assert event_id(named, told) == "row/A1/2e4490a377dcaab64cd1bce3"
    worn = msgspec.structs.replace(told, battery_health_percent=50)
    assert event_id(named, worn) != event_id(named, told)
