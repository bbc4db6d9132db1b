from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from schemas.events.device import AssetRecorded
from schemas.vocabulary import DeviceState, Kind
from services.intake.sources.snipeit.translation import STATES, Site, translate
from services.intake.translation import Untranslatable
from tests.payloads import changed, payload, records
from tests.unit.intake.context import CONTEXT

(DEPLOYED,) = records("snipeit/hardware_list.json", "rows")
BARE = payload("snipeit/hardware_item_deployable_no_fields.json")


UTC_SITE = Site()


def _asset(body: bytes, site: Site = UTC_SITE, **fields: object) -> AssetRecorded:
    (event,) = translate(changed(body, **fields), CONTEXT, site=site)
    assert isinstance(event, AssetRecorded)
    return event


def _label(name: str, status_type: str, meta: str | None = None) -> dict[str, Any]:
    return {"id": 9, "name": name, "status_type": status_type, "status_meta": meta or status_type}


def test_an_asset_as_the_api_writes_it() -> None:
    event = _asset(DEPLOYED)
    asset = event.data
    assert asset.identifiers == {"serial": "7QX4KL3", "asset_tag": "NWH-A-0479", "snipeit": "1442"}
    assert (asset.kind, asset.manufacturer, asset.model) == (Kind.LAPTOP, "Dell", "Latitude 5440")
    assert (asset.state, asset.holder_email) == (DeviceState.DEPLOYED, "priya.raman@northwind.example")
    assert (asset.purchased_on, asset.warranty_ends_on) == (date(2025, 2, 20), date(2028, 2, 20))
    assert asset.cost_pence == 124_000
    assert event.time == datetime(2026, 10, 30, 8, tzinfo=UTC)


def test_an_asset_in_stock_that_hardly_anything_is_known_of() -> None:
    event = _asset(BARE)
    assert event.subject == "asset_tag:NWH-A-0533"
    assert (event.data.state, event.data.holder_email, event.data.purchased_on) == (DeviceState.IN_STOCK, None, None)


def test_the_zone_is_the_server_s() -> None:
    london = Site(zone=ZoneInfo("Europe/London"))
    summer = {"datetime": "2026-07-01 09:00:00", "formatted": "01/07/2026 9:00"}
    assert _asset(DEPLOYED, london, updated_at=summer).time == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert _asset(DEPLOYED, updated_at=summer).time == datetime(2026, 7, 1, 9, tzinfo=UTC)
    repeated = {"datetime": "2026-10-25 01:30:00"}
    assert _asset(DEPLOYED, london, updated_at=repeated).time == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_texts_are_unescaped_once() -> None:
    event = _asset(DEPLOYED, manufacturer={"name": "Brook &amp; Sons"}, model={"name": "X &quot;14&quot; &amp;amp;"})
    assert (event.data.manufacturer, event.data.model) == ("Brook & Sons", 'X "14" &amp;')
    assert _asset(DEPLOYED, serial="7QX&#039;4").data.identifiers["serial"] == "7QX'4"


@pytest.mark.parametrize(
    ("label", "state"),
    [
        (_label("Ready to Deploy", "deployable", "deployed"), DeviceState.DEPLOYED),
        (_label("Ready to Deploy", "deployable"), DeviceState.IN_STOCK),
        (_label("Being imaged", "pending"), DeviceState.IN_STOCK),
        (_label("Out for Repair", "undeployable"), DeviceState.IN_REPAIR),
        (_label("Archived", "archived"), DeviceState.RETURNED),
        (_label("Lost/Stolen", "undeployable"), DeviceState.WRITTEN_OFF),
        (_label("New type", "quantum"), None),
        (None, None),
    ],
)
def test_states(label: object, state: DeviceState | None) -> None:
    assert _asset(DEPLOYED, status_label=label).data.state is state


def test_a_site_says_what_its_labels_mean() -> None:
    site = Site(states=STATES | {"in cupboard b &": DeviceState.IN_STOCK, "deleted": DeviceState.WRITTEN_OFF})
    assert _asset(DEPLOYED, site, status_label=_label("In cupboard B &amp;", "archived")).data.state is (
        DeviceState.IN_STOCK
    )
    gone = {"datetime": "2026-10-30 08:00:00"}
    assert _asset(DEPLOYED, site, deleted_at=gone).data.state is DeviceState.WRITTEN_OFF
    assert _asset(DEPLOYED, deleted_at=gone).data.state is DeviceState.RETURNED
    assert _asset(DEPLOYED, deleted_at="").data.state is DeviceState.DEPLOYED


@pytest.mark.parametrize(
    ("words", "pence"),
    [
        ("1,299.00", 129_900),
        ("1.299,00", 129_900),
        ("1'299.05", 129_905),
        ("0.07", 7),
        ("1299", 129_900),
        ("1,234,567.89", 123_456_789),
        ("", None),
        (None, None),
    ],
)
def test_money_is_exact_whichever_separators_the_server_writes(words: str | None, pence: int | None) -> None:
    assert _asset(DEPLOYED, purchase_cost=words).data.cost_pence == pence


@pytest.mark.parametrize(
    ("bought", "months", "ends"),
    [
        ("2025-02-20", "36 months", date(2028, 2, 20)),
        ("2025-08-31", "6 Monate", date(2026, 2, 28)),
        ("2025-02-20", None, None),
        ("2025-02-20", "many months", None),
        (None, "36 months", None),
    ],
)
def test_a_warranty_is_counted_where_its_end_is_not_told(bought: str | None, months: object, ends: date | None) -> None:
    bought_on = {"date": bought, "formatted": "x"} if bought else None
    event = _asset(DEPLOYED, purchase_date=bought_on, warranty_months=months, warranty_expires=None)
    assert event.data.warranty_ends_on == ends


def test_dates_that_the_server_cannot_read_are_absent() -> None:
    broken = "31.31.2025 (Invalid date value.)"
    event = _asset(DEPLOYED, purchase_date=broken, warranty_expires=broken)
    assert (event.data.purchased_on, event.data.warranty_ends_on) == (None, None)
    assert _asset(DEPLOYED, purchase_date={"date": "-0001-11-30"}).data.purchased_on is None


@pytest.mark.parametrize("holder", [{"id": 7, "type": "location", "name": "x@y.example", "email": "x@y.example"}, None])
def test_only_a_person_holds_an_asset(holder: object) -> None:
    assert _asset(DEPLOYED, assigned_to=holder).data.holder_email is None


def test_a_company_or_a_place_that_is_a_unit_is_one() -> None:
    assert _asset(DEPLOYED, company={"name": "Central West"}).data.unit == "central-west"
    assert _asset(DEPLOYED, location={"name": "central west"}).data.unit == "central-west"
    assert _asset(DEPLOYED).data.unit is None


def test_what_somebody_owns_is_left_out() -> None:
    assert translate(changed(DEPLOYED, byod=True), CONTEXT, site=Site()) == []


def test_two_changes_of_one_second_are_two_events_and_the_same_read_twice_is_one() -> None:
    moved = _asset(DEPLOYED, status_label=_label("Out for Repair", "undeployable"))
    assert moved.time == _asset(DEPLOYED).time
    assert moved.id != _asset(DEPLOYED).id
    assert _asset(DEPLOYED, notes="other", checkout_counter=9, user_can_checkout=True).id == _asset(DEPLOYED).id


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"id": None}, "$.id"),
        ({"id": "one"}, "$.id"),
        ({"updated_at": None}, "$.updated_at"),
        ({"updated_at": "2026-13-01 (Invalid datetime value.)"}, "$.updated_at"),
        ({"updated_at": {"datetime": "30/10/2026 08:00"}}, "$.updated_at"),
        ({"purchase_cost": "€ 12"}, "$.purchase_cost"),
        ({"purchase_cost": "1,29.00"}, "$.purchase_cost"),
        ({"purchase_date": {"date": "2025-02-30"}}, "$.purchase_date"),
        ({"model": "Latitude"}, "$.model"),
    ],
)
def test_what_cannot_be_translated_says_where(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate(changed(DEPLOYED, **fields), CONTEXT, site=Site())
    assert caught.value.where == where


def test_only_allowed_fields_enter_an_event() -> None:
    written = msgspec.json.encode([_asset(DEPLOYED), _asset(BARE)])
    for private in (b"Priya Raman", b"N00318", b"Leeds", b"Brook", b"PO-8817", b"5c0e7a52", b"Dana", b"NWH-LT"):
        assert private not in written
