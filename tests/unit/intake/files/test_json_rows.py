"""JSON lists in every wrapping, streamed."""

from __future__ import annotations

import io
import json

import pytest

from services.intake.files.json_rows import json_table
from services.intake.files.rows import Row, UnreadableFile

RECORD = {"id": 7, "model": {"name": "Latitude", "id": None}, "tags": ["x"], "byod": False, "cost": 10.0}
CELLS = {"id": "7", "model.name": "Latitude", "byod": "false", "cost": "10"}


def read(content: bytes) -> list[Row]:
    return list(json_table(lambda: io.BytesIO(content), "a.json").rows())


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([RECORD, RECORD]),
        json.dumps({"total": 2, "rows": [RECORD, RECORD]}),
        json.dumps({"@odata.context": "x", "value": [RECORD, RECORD], "@odata.count": 2}, indent=1),
        json.dumps({"result": [RECORD, RECORD]}),
        json.dumps(RECORD) + "\n" + json.dumps(RECORD) + "\n",
        "\ufeff" + json.dumps([RECORD, RECORD]),
    ],
)
def test_wrappings(content: str) -> None:
    assert read(content.encode()) == [Row(1, CELLS), Row(2, CELLS)]


def test_a_lone_object_is_one_record_and_an_empty_list_none() -> None:
    assert read(json.dumps(RECORD).encode()) == [Row(1, CELLS)]
    assert read(b'{"rows": []}') == []
    assert read(b"[ ]") == []


def test_a_list_larger_than_any_buffer_is_streamed() -> None:
    many = [{"id": number, "words": "ü" * 50} for number in range(30_000)]
    for content in (json.dumps(many), json.dumps({"total": 1, "value": many, "after": {"x": [1]}})):
        rows = read(content.encode())
        assert (len(rows), rows[-1].cells["id"]) == (30_000, "29999")


def test_deep_and_wide_records_are_refused_by_themselves() -> None:
    deep: dict[str, object] = {}
    for _ in range(9):
        deep = {"in": deep}
    rows = read(json.dumps([deep, {f"k{n}": "" for n in range(2_001)}, [1], RECORD]).encode())
    assert [row.fault for row in rows] == [
        "the record is nested more than 8 deep",
        "the record has more than 2000 fields",
        "the record is no object but list",
        "",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"a": 1}, {"a": ', "breaks off"),
        (b'{"value": [{"a": 1}', "breaks off"),
        (b'[{"a": 1}] [', "something follows"),
        (b'[{"a": 1} {"a": 2}]', "comma"),
        (b"[" * 100_000, "too deeply"),
        (b'[{"a": "' + b"x" * 2_000_000, "within 1 MiB"),
        (b'[{"a": "\xff"}]', "UTF-8"),
    ],
)
def test_what_is_no_json_says_where(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(content)
