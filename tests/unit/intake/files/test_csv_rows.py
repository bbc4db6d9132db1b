"""CSV as the world writes it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.files.csv_rows import csv_table
from services.intake.files.opening import open_table
from services.intake.files.rows import Row, UnreadableFile
from tests.payloads import payload


def read(content: bytes) -> list[Row]:
    return list(csv_table(lambda: io.BytesIO(content), "a.csv").rows())


def cells(content: bytes) -> list[dict[str, str]]:
    rows = read(content)
    assert not [row.fault for row in rows if row.fault]
    return [row.cells for row in rows]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_line_ends_and_encodings(end: str, encoding: str) -> None:
    content = end.join(["Serial,Held by", 'AB1,"Zoë\nBrown"', "AB2,£5"]).encode(encoding)
    assert cells(content) == [{"serial": "AB1", "held by": "Zoë\nBrown"}, {"serial": "AB2", "held by": "£5"}]


def test_bytes_that_windows_does_not_know_are_latin_1() -> None:
    assert cells(b"a,b\n1,caf\xe9\x81\n") == [{"a": "1", "b": "café\x81"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_by_the_header(delimiter: str) -> None:
    content = delimiter.join(['"Held, by"', "B"]) + "\n" + delimiter.join(["1", "2"]) + "\n"
    assert cells(content.encode()) == [{"held, by": "1", "b": "2"}]


def test_a_declared_delimiter_is_no_row() -> None:
    table = csv_table(lambda: io.BytesIO(b"sep=;\r\na;b,c\r\n1;2\r\n"), "a.csv")
    assert (table.columns, list(table.rows())) == (("a", "b,c"), [Row(3, {"a": "1", "b,c": "2"})])


def test_numbers_are_lines_and_empty_lines_are_passed_over() -> None:
    content = b'A,B\n\n"x\ny",1\n   \nz,2\n'
    assert [(row.number, row.cells["a"]) for row in read(content)] == [(3, "x\ny"), (6, "z")]


def test_headers_are_compared_in_any_case_without_surrounding_space() -> None:
    assert cells(b"\xef\xbb\xbf Serial  NUMBER ,,Tag\n1,2,3\n") == [{"serial number": "1", "tag": "3"}]


def test_ragged_rows_are_refused_and_the_others_read() -> None:
    rows = read(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")
    assert [(row.number, row.fault) for row in rows] == [
        (2, ""),
        (3, "the row has 2 fields, the header 3"),
        (4, "the row has 4 fields, the header 3"),
        (5, ""),
    ]


def test_nuls_stray_quotes_and_giant_fields_are_refused_with_their_line() -> None:
    content = b'a,b\n1,\x00\n"2"x,3\n4,' + b"y" * 140_000 + b"\n5,6\n"
    rows = read(content)
    assert [(row.number, row.fault) for row in rows] == [
        (2, "the row holds NUL characters"),
        (3, "no readable CSV: ',' expected after '\"'"),
        (4, "a field is longer than is read; is a closing quote missing?"),
        (5, ""),
    ]


def test_a_line_without_an_end_stops_the_reading_and_not_the_machine() -> None:
    rows = read(b"a,b\n1,2\n" + b"z" * 3_000_000)
    assert [row.number for row in rows] == [2, 3]
    assert "nothing after it is read" in rows[1].fault


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n\n", "no header"),
        (b"a,b,A \n1,2,3\n", "names a column twice: 'a'"),
        ("a,b\n1,2\n".encode("utf-16-le"), "NUL"),
        (b"\xff\xfe\x00\x00a", "UTF-32"),
        (b'"a,b\n1,2\n', "line 1"),
    ],
)
def test_a_header_that_cannot_be_read(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(content)


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_what_was_written_is_read(rows: list[list[str]], delimiter: str, encoding: str, end: str) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    assert cells(written.getvalue().encode(encoding)) == [dict(zip("abc", row, strict=True)) for row in rows]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault_of_ours(content: bytes) -> None:
    try:
        rows = read(b"a,b\n" + content)
    except UnreadableFile:
        return
    assert all(row.fault or row.cells.keys() == {"a", "b"} for row in rows)


def test_the_samples(tmp_path: Path) -> None:
    """Snipe-IT's file with a byte order mark and doubled quotes, again with bare carriage returns."""
    body = payload("snipeit/assets_import_current_headers.csv")
    for name, content in (("a.csv", body), ("b.csv", body.replace(b"\r\n", b"\n").replace(b"\n", b"\r"))):
        (tmp_path / name).write_bytes(content)
        rows = list(open_table(tmp_path / name).rows())
        assert [row.cells["name"] for row in rows] == ["NWH-LT-0412", 'Dock 14" screen']
