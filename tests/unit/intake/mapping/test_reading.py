"""A mapping's mistakes are told with their line; the shipped ones have none."""

from __future__ import annotations

import pytest

from services.intake.mapping.reading import UnusableMapping, read_mapping
from services.intake.mapping.schema import FILE, schema_text
from services.intake.mapping.shipped import shipped_names, shipped_text

HEAD = "makes: asset\ntime_zone: UTC\nfields:\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "m.yaml, line 1: a mapping begins with `makes:`"),
        ("makes: asset\n  x: [", "m.yaml, line 2: mapping values are not allowed"),
        ("makes: asset\nmakes: asset\n", "m.yaml, line 2: 'makes' stands twice"),
        ("makes: chair\ntime_zone: UTC\nfields: {}\n", "m.yaml, line 1: makes: Invalid value 'chair'"),
        ("makes: asset\nfields:\n  serial: S\n", "Object missing required field `time_zone`"),
        ("makes: asset\ntime_zone: Mars\nfields:\n  serial: S\n", "m.yaml, line 2: time_zone: 'Mars' is no time zone"),
        (HEAD + "  serial: S\n  colour: C\n", "m.yaml, line 5: fields.colour: Object contains unknown field `colour`"),
        (HEAD + "  serial: {colum: S}\n", "m.yaml, line 4: fields.serial.colum: Object contains unknown field"),
        (HEAD + "  model: M\n", "m.yaml, line 3: fields: a device needs a name"),
        (HEAD + "  record_id: id\n", "map serial, asset_tag, or record_id with a scheme"),
        (HEAD + "  serial: {column: S, constant: x}\n", "m.yaml, line 4: fields.serial: say either `column`"),
        (
            HEAD + "  serial: S\n  cost: {column: C}\n",
            "m.yaml, line 5: fields.cost: Object missing required field `vat`",
        ),
        (
            HEAD + "  serial: S\n  cost: {column: C, vat: excluded}\n",
            "fields.cost: `vat_percent` is needed where VAT is excluded",
        ),
        (
            HEAD + "  serial: S\n  state:\n    column: X\n    table:\n      In use: deployed\n      Gone: recycled\n",
            "m.yaml, line 9: fields.state.table",
        ),
        (
            HEAD + "  serial: S\n  purchased_on:\n    column: D\n    formats: ['%d/%m/%Y', '%m/%d/%Y']\n",
            "m.yaml, line 5: fields.purchased_on: '03/04/2025' is one day by",
        ),
        (HEAD + "  serial: S\n  purchased_on: {column: D, formats: ['%H']}\n", "does not give a day, a month"),
        (HEAD + "  serial: S\ndrop: [' s']\n", "m.yaml, line 5: drop: 's' is dropped and used as well"),
        (HEAD + "  serial: &a S\n  model: *a\n", "needs no aliases"),
        ("makes: check_in\ntime_zone: UTC\nfields: {serial: S}\n", "a check-in has a time"),
        ("x" * 300_000, "at most 256 KiB"),
    ],
)
def test_mistakes(text: str, told: str) -> None:
    with pytest.raises(UnusableMapping) as error:
        read_mapping(text, "m.yaml")
    assert told in str(error.value)


def test_words_that_yaml_would_turn_into_truth_stay_words() -> None:
    mapping = read_mapping(
        HEAD + "  serial: S\n  kind: {column: K, table: {no: laptop, on: tablet, 01: monitor}}\n", "m"
    )
    assert list(mapping.fields.kind.table) == ["no", "on", "01"]  # type: ignore[union-attr]  # it is a KindText here


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_mappings_are_sound(name: str) -> None:
    assert read_mapping(shipped_text(name) or "", name).about


def test_the_schema_is_that_of_the_structs() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(), "run python -m services.intake.mapping.schema"
