from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from schemas.events.person import Person, PersonRecorded
from services.intake.sources.entra.translation import PERSON_ROW, translate
from services.intake.translation import Untranslatable, translate_body
from tests.unit.intake.context import CONTEXT

ROW = {
    "id": "3f0b6a1c-52a8-4b0e-8f0e-9b7d3d2c1a10",
    "mail": "Priya.Raman@northwind.example",
    "userPrincipalName": "priya@northwind.onmicrosoft.example",
    "accountEnabled": True,
    "department": "Central West",
    "displayName": "Priya Raman",
    "mobilePhone": "07700 900123",
}


def _body(unit: str | None = None, occasion: str = "o-1", **changes: Any) -> bytes:
    told = {"row": {**ROW, **changes}, "occasion": occasion, "read_at": "2026-11-02T06:41:09.000003+00:00"}
    return msgspec.json.encode(told if unit is None else {**told, "unit": unit})


def _person(body: bytes) -> Person:
    (event,) = translate(body, CONTEXT)
    assert isinstance(event, PersonRecorded)
    return event.data


def test_a_person_is_as_they_stood_when_they_were_read() -> None:
    (event,) = translate(_body(), CONTEXT)
    assert event == PersonRecorded(
        id=f"{ROW['id']}/o-1",
        source="quartermaster/intake/entra",
        time=datetime(2026, 11, 2, 6, 41, 9, 3, tzinfo=UTC),
        subject=str(ROW["id"]),
        data=Person(
            person_id=str(ROW["id"]),
            active=True,
            email="priya.raman@northwind.example",
            unit="central-west",
        ),
    )


def test_only_allowed_fields_enter_an_event() -> None:
    written = msgspec.json.encode(translate(_body(), CONTEXT)[0])
    for private in (b"Priya Raman", b"07700", b"onmicrosoft"):
        assert private not in written


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"accountEnabled": False}, {"active": False}),
        ({"mail": None}, {"email": "priya@northwind.onmicrosoft.example"}),
        ({"mail": "", "userPrincipalName": "nobody"}, {"email": None}),
        ({"department": None}, {"unit": None}),
        ({"department": "Moonbase"}, {"unit": None}),
        ({"department": "central-west"}, {"unit": "central-west"}),
        ({"@removed": None}, {"removed": False}),
    ],
)
def test_what_a_row_tells(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    told = msgspec.to_builtins(_person(_body(**changes)))
    assert {name: told[name] for name in expected} == expected


@pytest.mark.parametrize("reason", ["changed", "deleted", None])
def test_a_removal_tells_no_more_than_who_is_gone(reason: str | None) -> None:
    body = msgspec.json.encode(
        {"row": {"id": "p", "@removed": {"reason": reason}}, "occasion": "o", "read_at": "2026-11-02T06:41:09Z"}
    )
    assert _person(body) == Person(person_id="p", active=False, removed=True)


def test_a_group_s_unit_goes_before_the_department() -> None:
    assert _person(_body(unit="central-west", department="Elsewhere")).unit == "central-west"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (_body(id=""), "$.row.id"),
        (_body(id=5), "$.row.id"),
        (_body(accountEnabled=None), "$.row.accountEnabled"),
        (_body(accountEnabled="true"), "$.row.accountEnabled"),
        (_body(occasion=""), "$.occasion"),
        (_body(unit="moonbase"), "$.unit"),
        (_body().replace(b"2026-11-02", b"9999-12-31"), "$.read_at"),
    ],
)
def test_what_cannot_be_translated_says_where(body: bytes, where: str) -> None:
    with pytest.raises(Untranslatable) as caught:
        translate(body, CONTEXT)
    assert caught.value.where == where


def test_a_moment_in_the_future_is_clamped() -> None:
    translated = translate_body(PERSON_ROW, _body().replace(b"2026-11-02", b"2027-11-02"), CONTEXT)
    assert translated.clamped == 1
    assert translated.events[0][0].time == CONTEXT.now
