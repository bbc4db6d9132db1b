"""What goes into a spreadsheet comes out of it, numbers as numbers, and nothing in it is run."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from bot.render.spreadsheet import COMMERCIAL, Cell, Head, Sheet, as_csv, workbook

HEADS = (Head("Line"), Head("Devices", "number"), Head("Left", "money"), Head("Due", "date"))
ROW = ("Refresh", 40_000, -1_234_567_89, date(2024, 11, 4))
MENACES = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "{=1}", "=HYPERLINK(1)", "https://evil.example/", "1234", "#REF!"]


def read(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def test_numbers_are_numbers_with_their_formats() -> None:
    page = read(workbook([Sheet("Lines", HEADS, [ROW])], marking=None))["Lines"]
    assert [cell.value for cell in page[1]] == ["Line", "Devices", "Left", "Due"]
    assert [cell.value for cell in page[2]] == ["Refresh", 40_000, -1_234_567.89, datetime(2024, 11, 4)]  # noqa: DTZ001 - as openpyxl reads a day
    assert "£" in page["C2"].number_format
    assert page["D2"].number_format == "d mmm yyyy"
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:D2"


def test_a_marked_file_is_marked_on_every_page() -> None:
    book = read(workbook([Sheet("Lines", HEADS, [ROW]), Sheet("Kinds", HEADS, [])], marking=COMMERCIAL))
    for page in book:
        assert page.oddHeader.center.text == COMMERCIAL
        assert page.oddFooter.center.text == COMMERCIAL
    assert book.properties.category == COMMERCIAL


def test_an_open_file_is_not_marked() -> None:
    page = read(workbook([Sheet("Lines", HEADS, [ROW])], marking=None))["Lines"]
    assert page.oddHeader.center.text is None


@pytest.mark.parametrize("menace", MENACES)
def test_text_stays_text(menace: str) -> None:
    sheet = Sheet("Lines", [Head(menace), Head(menace, "money")], [[menace, menace]])
    page = read(workbook([sheet], marking=None))["Lines"]
    for row in page.iter_rows():
        for cell in row:
            assert cell.data_type == "s"
            assert cell.value == menace
            assert cell.hyperlink is None


def test_sheets_of_one_name_and_of_names_no_spreadsheet_takes() -> None:
    names = ["2024/25", "2024/25", "history", "'", "", "[x]:*?/\\" * 9, "Lines", "LINES"]
    book = read(workbook([Sheet(name, HEADS, []) for name in names], marking=None))
    assert len({name.lower() for name in book.sheetnames}) == len(names)
    assert book.sheetnames[0] == "2024-25"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(), st.one_of(st.integers(-(10**12), 10**12), st.floats(), st.none()), st.none(), st.dates()),
        max_size=4,
    ),
    st.text(max_size=50),
)
def test_whatever_the_cells_the_file_can_be_read(rows: list[tuple[Cell, ...]], name: str) -> None:
    page = read(workbook([Sheet(name, HEADS, rows)], marking=name))
    assert page.worksheets[0].max_row == len(rows) + 1
    assert len(list(csv.reader(io.StringIO(as_csv(Sheet(name, HEADS, rows)).decode("utf-8-sig"), newline="")))) == (
        len(rows) + 1
    )


def test_csv_gives_pounds_and_days_and_runs_nothing() -> None:
    lines = as_csv(Sheet("Lines", HEADS, [ROW, ("=1", None, 5, None)])).decode("utf-8-sig").splitlines()
    assert lines == ["Line,Devices,Left,Due", "Refresh,40000,-1234567.89,2024-11-04", "'=1,,0.05,"]
