"""Plain, shown, or both: whichever way a record was written, it says the same, or says that it cannot be told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from schemas.events.device import AssetRecorded, FailureReported
from schemas.vocabulary import DeviceState, Kind
from services.intake.sources.servicenow.translation import translate_asset, translate_incident
from services.intake.translation import Untranslatable
from tests.payloads import changed, records
from tests.unit.intake.context import CONTEXT


def _asset(form: str) -> AssetRecorded:
    (body,) = records(f"servicenow/alm_hardware_table_api{form}.json", "result")
    (event,) = translate_asset(body, CONTEXT)
    assert isinstance(event, AssetRecorded)
    return event


@pytest.mark.parametrize("form", ["", "_display_all", "_display_true"])
def test_an_asset_in_each_spelling(form: str) -> None:
    event = _asset(form)
    plain = _asset("")
    assert (event.id, event.time, event.subject) == (plain.id, plain.time, "7QX4KL3")
    assert event.data.identifiers == plain.data.identifiers
    assert (event.data.state, event.data.cost_pence) == (DeviceState.WRITTEN_OFF, 124_000)
    assert (event.data.purchased_on, event.data.warranty_ends_on) == (date(2025, 2, 20), date(2028, 2, 20))
    told = (None, None, None) if form == "" else ("Dell", "Latitude 5440", Kind.LAPTOP)
    assert (event.data.manufacturer, event.data.model, event.data.kind) == told


@pytest.mark.parametrize("form", ["", "_display_true"])
def test_an_incident_in_each_spelling(form: str) -> None:
    (body,) = records(f"servicenow/incident_table_api{form}.json", "result")
    (failure,) = translate_incident(body, CONTEXT)
    assert isinstance(failure, FailureReported)
    assert failure.data.identifiers == {"servicenow_ci": "80fa09b2b6f92afaae58f1947153eede"}
    assert (failure.data.ticket_state, failure.data.opened_at.replace(tzinfo=UTC)) == (
        "open",
        datetime(2026, 10, 31, 17, 20, 5, tzinfo=UTC),
    )


@pytest.mark.parametrize("shown", ["01-11-2026 09:02:10", "11/01/2026 09:02:10 AM", "1 hour ago"])
def test_a_time_that_could_be_two_days_is_refused_and_not_guessed(shown: str) -> None:
    (body,) = records("servicenow/alm_hardware_table_api_display_true.json", "result")
    with pytest.raises(Untranslatable) as caught:
        translate_asset(changed(body, sys_updated_on=shown), CONTEXT)
    assert caught.value.where == "sys_updated_on"


@pytest.mark.parametrize(("words", "count"), [("1,204", 1204), ("12", 12), ("1,234,567", 1_234_567)])
def test_a_count_may_be_shown_with_separators(words: str, count: int) -> None:
    (body,) = records("servicenow/alm_hardware_table_api_display_true.json", "result")
    (event,) = translate_asset(changed(body, sys_mod_count=words), CONTEXT)
    assert event.id.endswith(f"/{count}")


@pytest.mark.parametrize("words", ["1,2", "12,", "-3", "1e3", "1.0"])
def test_what_is_no_count_is_refused(words: str) -> None:
    (body,) = records("servicenow/alm_hardware_table_api.json", "result")
    with pytest.raises(Untranslatable):
        translate_asset(changed(body, sys_mod_count=words), CONTEXT)
