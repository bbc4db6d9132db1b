"""XLSX workbooks, one sheet, streamed (ADR 0013): of the workbook only its table of texts is held in memory.

A cell becomes the text that a person would type: dates in ISO 8601, whole numbers without a fraction.
"""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.intake.files.archives import BROKEN, opened_archive
from services.intake.files.rows import (
    LONGEST_FIELD,
    Row,
    Table,
    UnreadableFile,
    header_names,
    padded,
    unreadable,
)

if TYPE_CHECKING:
    from openpyxl import Workbook

LARGEST_TEXTS = 64 << 20
"""Bytes of the workbook's table of shared texts: the one part that cannot be streamed."""
MOST_ROWS = 1_048_576
"""What a sheet may have. A row with a higher number would make as many empty ones before it."""

_ERRORS = frozenset({"#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#GETTING_DATA"})
_TEXTS = "xl/sharedStrings.xml"


def xlsx_table(path: Path, sheet: str | None) -> Table:
    """The table on the first sheet, or on the one named. Raises UnreadableFile."""
    _check(path)
    rows = _values(path, sheet)
    try:
        first, header = next(((number, values) for number, values in rows if any(values)), (1, []))
    finally:
        rows.close()
    names = header_names(_trimmed(header), f"{path.name}, row {first}")

    def read() -> Iterator[Row]:
        for number, values in _values(path, sheet):
            if number > first and any(values):
                yield _row(number, names, values)

    title = f"XLSX, sheet {sheet!r}" if sheet else "XLSX, first sheet"
    return Table(tuple(header[: len(names)]), "row", title, read)


def _row(number: int, names: list[str], values: list[str]) -> Row:
    if max(map(len, values)) > LONGEST_FIELD:
        return unreadable(number, [], "a cell is longer than is read")
    return padded(number, names, _trimmed(values), may_be_short=True)


def _trimmed(values: list[str]) -> list[str]:
    """Without the empty cells at the end: a sheet is as wide as its widest row."""
    width = len(values)
    while width and not values[width - 1]:
        width -= 1
    return values[:width]


def _check(path: Path) -> None:
    with opened_archive(path) as archive:
        names = set(archive.namelist())
        if _TEXTS in names and archive.getinfo(_TEXTS).file_size > LARGEST_TEXTS:
            raise UnreadableFile("the workbook's texts do not fit into memory: save the sheet as CSV", where=path.name)


def _values(path: Path, sheet: str | None) -> Generator[tuple[int, list[str]], None, None]:
    """Each row's number and cells as text. Raises UnreadableFile where the workbook turns out to be broken."""
    # Imported here: it takes a tenth of a second, and most imports are CSV.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as stream:  # by its stream, since openpyxl judges a file by its name
            workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            page = _sheet(workbook, sheet, path.name)
            page.reset_dimensions()  # many programs write them wrongly
            for number, cells in enumerate(page.iter_rows(values_only=True), 1):
                if number > MOST_ROWS:
                    raise UnreadableFile(f"the sheet goes on past row {MOST_ROWS:,}", where=path.name)
                yield number, [_text(value) for value in cells]
    except UnreadableFile:
        raise
    except (InvalidFileException, *BROKEN, SyntaxError, KeyError, ValueError, TypeError) as error:
        # XML's own error is a SyntaxError; entities, which only attacks use, are a ValueError of defusedxml.
        reason = f"{type(error).__name__}: {error}"[:200]
        raise UnreadableFile(
            f"no readable XLSX workbook ({reason}): save it anew, or as CSV", where=path.name
        ) from None


def _sheet(workbook: Workbook, sheet: str | None, name: str) -> Any:
    titles = [page.title for page in workbook.worksheets]
    if not titles:
        raise UnreadableFile("the workbook has no sheet of cells", where=name)
    if sheet is None:
        return workbook.worksheets[0]
    for page in workbook.worksheets:
        if page.title.strip().casefold() == sheet.strip().casefold():
            return page
    raise UnreadableFile(f"there is no sheet {sheet!r}; there are {', '.join(map(repr, titles))}", where=name)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value in _ERRORS else value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # Fifteen digits are what a spreadsheet keeps: 0.1 + 0.2 is 0.3 there.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    return str(value)
