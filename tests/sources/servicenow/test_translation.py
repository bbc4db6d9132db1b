from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from schemas.events.device import AssetRecorded, FailureReported
from schemas.vocabulary import DeviceState, Kind
from services.intake.sources.servicenow.translation import translate_asset, translate_incident, translate_push
from services.intake.translation import Malformed, Untranslatable
from tests.payloads import changed, payload, records
from tests.unit.intake.context import CONTEXT

(ASSET,) = records("servicenow/alm_hardware_table_api.json", "result")
(INCIDENT,) = records("servicenow/incident_table_api.json", "result")
(INCIDENT_SHOWN,) = records("servicenow/incident_table_api_display_all.json", "result")
PUSH = payload("servicenow/outbound_business_rule_custom.json")


def _shown(value: str, display: str) -> dict[str, str]:
    return {"value": value, "display_value": display}


def _asset(**fields: object) -> AssetRecorded:
    (event,) = translate_asset(changed(ASSET, **fields), CONTEXT)
    assert isinstance(event, AssetRecorded)
    return event


def _failure(body: bytes) -> FailureReported:
    (event,) = translate_incident(body, CONTEXT)
    assert isinstance(event, FailureReported)
    return event


def test_an_asset_as_the_table_api_writes_it_plainly() -> None:
    event = _asset()
    assert event.subject == "7QX4KL3"
    assert event.id == "alm_hardware/2e99c6ee7e9c5da820f77efc61e04ffe/14"
    assert event.time == datetime(2026, 11, 1, 9, 2, 10, 29, tzinfo=UTC)
    assert event.data.state is DeviceState.WRITTEN_OFF
    assert event.data.cost_pence == 124_000
    assert event.data.purchased_on == date(2025, 2, 20)
    assert event.data.warranty_ends_on == date(2028, 2, 20)
    assert event.data.model is None


def test_references_are_read_from_what_they_show_and_codes_from_what_is_stored() -> None:
    event = _asset(
        model=_shown("c1", "Dell Inc. Latitude 5440"),
        model_category=_shown("c2", "Laptop"),
        department=_shown("c3", "Central West"),
        assigned_to=_shown("c4", "Amara Osei"),
        **{"assigned_to.email": _shown("Amara.Osei@metropolitan.example", "Amara.Osei@metropolitan.example")},
        install_status=_shown("3", "En réparation"),
        purchase_date=_shown("2025-03-02", "02/03/2025"),
    )
    asset = event.data
    assert (asset.manufacturer, asset.model, asset.kind) == ("Dell", "Latitude 5440", Kind.LAPTOP)
    assert (asset.unit, asset.holder_email) == ("central-west", "amara.osei@metropolitan.example")
    assert (asset.state, asset.purchased_on) == (DeviceState.IN_REPAIR, date(2025, 3, 2))


def test_an_instance_that_shows_users_by_address_needs_no_second_field() -> None:
    assert _asset(assigned_to=_shown("c4", "tom.whitfield@metropolitan.example")).data.holder_email is not None
    assert _asset(assigned_to=_shown("c4", "Tom Whitfield")).data.holder_email is None


def test_a_wide_category_leaves_the_kind_to_the_model() -> None:
    wide = _shown("c", "Computer")
    assert _asset(model_category=wide, model=_shown("m", "OptiPlex 7010 Micro")).data.kind is Kind.DESKTOP
    assert _asset(model_category=wide, model=_shown("m", "Frobnicator 9")).data.kind is None


def test_an_unknown_unit_says_nothing() -> None:
    assert _asset(department=_shown("c", "Ministry of Silly Walks")).data.unit is None


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("1", DeviceState.DEPLOYED),
        ("2", DeviceState.ORDERED),
        ("3", DeviceState.IN_REPAIR),
        ("6", DeviceState.IN_STOCK),
        ("7", DeviceState.RETURNED),
        ("8", DeviceState.WRITTEN_OFF),
        ("", None),
    ],
)
def test_states(code: str, state: DeviceState | None) -> None:
    assert _asset(install_status=code).data.state is state


@pytest.mark.parametrize(
    ("words", "pence"),
    [("1240", 124_000), ("1240.5", 124_050), ("0.07", 7), ("1033.10", 103_310), ("", None), ("1240.5000", 124_050)],
)
def test_money_is_exact(words: str, pence: int | None) -> None:
    assert _asset(cost=words).data.cost_pence == pence


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"cost": "1240.555"}, "cost"),
        ({"cost": "-1"}, "cost"),
        ({"cost": "NaN"}, "cost"),
        ({"cost": "$12.00"}, "cost"),
        ({"cost": "£12"}, "cost"),
        ({"cost": "1E+99"}, "cost"),
        ({"install_status": "77"}, "install_status"),
        ({"purchase_date": "20/02/2025"}, "purchase_date"),
        ({"purchase_date": "2025-02-30"}, "purchase_date"),
        ({"sys_id": "short"}, "sys_id"),
        ({"sys_id": ""}, "sys_id"),
        ({"sys_mod_count": ""}, "sys_mod_count"),
        ({"sys_mod_count": "-1"}, "sys_mod_count"),
        ({"sys_updated_on": ""}, "sys_updated_on"),
        ({"sys_updated_on": "01/11/2026 09:02"}, "sys_updated_on"),
        ({"model": 5}, "$.model"),
    ],
)
def test_what_cannot_be_translated_says_where(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate_asset(changed(ASSET, **fields), CONTEXT)
    assert caught.value.where == where


def test_modifications_of_one_second_stand_in_their_order() -> None:
    first, second = _asset(sys_mod_count="14"), _asset(sys_mod_count="15")
    assert first.time < second.time
    assert (second.time - first.time).total_seconds() < 0.001
    assert _asset(sys_mod_count="999999999").time.replace(microsecond=0) == first.time.replace(microsecond=0)


def test_an_incident_is_known_by_its_configuration_item_as_the_asset_is() -> None:
    failure = _failure(INCIDENT)
    assert failure.data.identifiers == {"servicenow_ci": "80fa09b2b6f92afaae58f1947153eede"}
    assert _asset().data.identifiers["servicenow_ci"] == failure.data.identifiers["servicenow_ci"]
    assert (failure.data.ticket, failure.data.ticket_state) == ("INC0010427", "open")
    assert failure.data.opened_at == datetime(2026, 10, 31, 17, 20, 5, tzinfo=UTC)


def test_an_incident_with_a_serial_is_keyed_like_the_device() -> None:
    assert _failure(changed(INCIDENT, **{"cmdb_ci.serial_number": _shown("7qx4kl3", "7qx4kl3")})).subject == "7QX4KL3"
    assert _failure(changed(INCIDENT, u_serial_number="7QX4KL3")).subject == "7QX4KL3"


def test_display_values_are_not_read_for_dates() -> None:
    body = changed(INCIDENT_SHOWN, u_serial_number=_shown("7QX4KL3", "7QX4KL3"))
    assert _failure(body).data.opened_at == datetime(2026, 10, 31, 17, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "state"), [("1", "open"), ("3", "open"), ("6", "resolved"), ("7", "resolved"), ("8", "cancelled")]
)
def test_states_of_an_incident(code: str, state: str) -> None:
    assert _failure(changed(INCIDENT, state=code)).data.ticket_state == state


@pytest.mark.parametrize(
    "fields", [{"category": "software"}, {"subcategory": "lost"}, {"subcategory": "stolen"}, {"cmdb_ci": ""}]
)
def test_a_ticket_about_no_failing_device_makes_nothing(fields: dict[str, Any]) -> None:
    assert translate_incident(changed(INCIDENT, **fields), CONTEXT) == []


def test_what_people_wrote_never_enters_an_event() -> None:
    written = msgspec.json.encode(_failure(INCIDENT)) + msgspec.json.encode(_asset())
    for private in (b"A1 between depots", b"Driver reports", b"dana.whitlock", b"svc.portal"):
        assert private not in written


def test_a_pushed_incident_stands_just_before_the_polled_one_and_is_another_event() -> None:
    (pushed,) = translate_push(PUSH, CONTEXT)
    assert isinstance(pushed, FailureReported)
    assert pushed.id == "incident/061852df9cfcf39319f20e0df521d72a/9/push"
    assert pushed.data.ticket_state == "resolved"
    assert pushed.subject == "7QX4KL3"
    polled = _failure(changed(INCIDENT, sys_mod_count="9", sys_updated_on="2026-11-04 14:02:33"))
    assert pushed.time < polled.time
    assert pushed.id != polled.id


def test_a_pushed_asset_is_read_from_its_plain_words() -> None:
    body = {
        "table": "alm_hardware",
        "sys_id": "2e99c6ee7e9c5da820f77efc61e04ffe",
        "sys_mod_count": "3",
        "sys_updated_on": "2026-11-01 09:02:10",
        "serial_number": "7QX4KL3",
        "model": "Latitude 5440",
        "model_category": "Laptop",
        "install_status": "1",
        "department": "Central West",
        "assigned_to_email": "amara.osei@metropolitan.example",
    }
    (event,) = translate_push(msgspec.json.encode(body), CONTEXT)
    assert isinstance(event, AssetRecorded)
    asset = event.data
    assert (asset.model, asset.kind, asset.unit) == ("Latitude 5440", Kind.LAPTOP, "central-west")
    assert asset.holder_email == "amara.osei@metropolitan.example"


@pytest.mark.parametrize("missing", ["sys_id", "sys_mod_count", "table", "number"])
def test_a_push_must_name_its_record_and_modification(missing: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate_push(changed(PUSH, **{missing: None}), CONTEXT)
    assert missing in caught.value.where


def test_a_quote_in_a_hand_made_template_is_malformed_and_says_where() -> None:
    with pytest.raises(Malformed) as caught:
        translate_push(PUSH.replace(b"Laptop lost", b'Laptop "lost"'), CONTEXT)
    assert caught.value.where.startswith("byte ")
