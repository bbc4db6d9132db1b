"""Files for spreadsheets: sheets of columns and rows as XLSX, or one sheet as CSV. No cell of either is ever run.

Money is given in pence and shown in pounds. A workbook takes tenths of a second for thousands of rows: write it in a
thread.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Form = Literal["text", "number", "money", "date"]
"""How a column's cells are shown."""
Cell = str | int | float | date | None
COMMERCIAL = "OFFICIAL-SENSITIVE [COMMERCIAL]"
"""The marking of a file that holds prices, suppliers, contracts or sums by kind (DESIGN §1)."""

MOST_SHEET_NAME = 31
"""In UTF-16's units, as a cell's text."""
MOST_ROWS = 1_048_575
"""What a sheet holds below its heads."""
_MOST_TEXT = 32_767
_FORMATS: dict[Form, str] = {
    "text": "@",
    "number": "#,##0",
    "money": "£#,##0.00;[Red]-£#,##0.00",
    "date": "d mmm yyyy",
}
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDEST, _LOOKED_AT = 48, 200


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """A column: its title, and the form of its cells."""

    title: str
    form: Form = "text"


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under their heads. A cell that does not suit its column's form is shown as text; None is left empty."""

    name: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Sequence[Sheet], *, marking: str | None) -> bytes:
    """An XLSX file: heads frozen and with filters; `marking`, if any, on the top and the foot of every printed page."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {form: book.add_format({"num_format": shown}) for form, shown in _FORMATS.items()}
    taken: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.name, taken))
        _fill(page, sheet, bold, formats)
        _dress(page, sheet, marking)
    if marking:
        book.set_properties({"status": marking, "category": marking})
    book.close()
    return written.getvalue()


def as_csv(sheet: Sheet) -> bytes:
    """One sheet as CSV: UTF-8 with a mark, pounds with two decimals, days as 2024-11-04, and no cell that would run."""
    written = io.StringIO()
    out = csv.writer(written)
    out.writerow([tame(head.title) for head in sheet.heads])
    for row in sheet.rows:
        out.writerow([_plain(cell, head.form) for cell, head in zip(row, sheet.heads, strict=True)])
    return written.getvalue().encode("utf-8-sig", errors="replace")


def tame(text: str) -> str:
    """Text that a spreadsheet opening a CSV file will not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def _plain(cell: Cell, form: Form) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return tame(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell / 100:.2f}" if form == "money" else str(cell)


def _fill(page: Worksheet, sheet: Sheet, bold: Format, formats: dict[Form, Format]) -> None:
    for place, head in enumerate(sheet.heads):
        page.set_column(place, place, _width(sheet, place))
        page.write_string(0, place, _xml(head.title), bold)
    for line, row in enumerate(sheet.rows[:MOST_ROWS], start=1):
        for place, (cell, head) in enumerate(zip(row, sheet.heads, strict=True)):
            _write(page, line, place, cell, head.form, formats)


def _write(page: Worksheet, line: int, place: int, cell: Cell, form: Form, formats: dict[Form, Format]) -> None:
    match cell:
        case None:
            return
        case date() if cell.year >= 1900:  # a spreadsheet's calendar begins there
            day = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a spreadsheet's day has no time zone
            page.write_datetime(line, place, day, formats["date"])
        case int() | float() if math.isfinite(cell):
            page.write_number(line, place, cell / 100 if form == "money" else cell, formats[form])
        case _:
            page.write_string(line, place, _xml(str(cell)), formats["text"])


def _dress(page: Worksheet, sheet: Sheet, marking: str | None) -> None:
    page.freeze_panes(1, 0)
    if sheet.rows and sheet.heads:
        page.autofilter(0, 0, min(len(sheet.rows), MOST_ROWS), len(sheet.heads) - 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    mark = f"&C{marking.replace('&', '&&')}" if marking else ""
    page.set_header(mark)
    page.set_footer(f"{mark}&RPage &P of &N")


def _width(sheet: Sheet, place: int) -> float:
    head = sheet.heads[place]
    longest = max((len(_plain(row[place], head.form)) for row in sheet.rows[:_LOOKED_AT]), default=0)
    if head.form == "money":
        longest += 3  # the pound sign and the commas
    return min(max(longest, len(head.title)) + 3, _WIDEST)


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that spreadsheets take: short, without their own signs, and given once."""
    tame_name = _NOT_IN_A_SHEET_NAME.sub("-", _xml(name)).strip("' ")
    wanted = _cut(tame_name, MOST_SHEET_NAME).strip("' ") or "Sheet"
    found, again = wanted, 1
    while found.lower() in taken or found.lower() == "history":
        again += 1
        found = f"{_cut(wanted, MOST_SHEET_NAME - len(str(again)) - 1)} {again}"
    taken.add(found.lower())
    return found


def _xml(text: str) -> str:
    return _cut(_NOT_IN_XML.sub("�", text), _MOST_TEXT)


def _cut(text: str, most: int) -> str:
    """As much of the text as fits. Spreadsheets count UTF-16's units, of which some letters have two."""
    if 2 * len(text) <= most:
        return text
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", errors="ignore")
