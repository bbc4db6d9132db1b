"""CSV as the world writes it: any usual delimiter, encoding and line end, line breaks inside quotes.

A row that cannot be read is yielded with its fault, and the next line is tried: one stray quote must not hide the
rest of a file. Numbers are those of lines in the file, so that an editor finds them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from services.intake.files.encoding import encoding_of
from services.intake.files.rows import (
    MOST_COLUMNS,
    Row,
    Table,
    UnreadableFile,
    header_names,
    misfit,
    unreadable,
)

DELIMITERS = (",", ";", "\t", "|")
_LONGEST_LINE = 1 << 20
_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

Opener = Callable[[], BinaryIO]


class _LongLine(Exception):
    """A line without an end: not text, or not CSV."""


class _Lines:
    """Hands lines to the CSV reader, each of bounded length, and keeps count."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._read = stream.readline
        self.number = 0
        self.last_nul = 0
        """The last line that held a NUL character."""

    def __iter__(self) -> Iterator[str]:
        read, longest = self._read, _LONGEST_LINE
        while line := read(longest):
            self.number += 1
            if "\0" in line:
                self.last_nul = self.number
            if len(line) == longest and line[-1] not in "\r\n":
                raise _LongLine
            yield line


def csv_table(opener: Opener, name: str) -> Table:
    """The table in a CSV file that `opener` opens anew each time. Raises UnreadableFile."""
    try:
        with opener() as stream:
            encoding = encoding_of(stream)
    except ValueError as error:
        raise UnreadableFile(str(error), where=name) from None
    with _text(opener, encoding) as text:
        sample = text.read(_LONGEST_LINE)
    declared = _declared_delimiter(sample)
    delimiter = declared or _delimiter_of(sample)
    skipped = 1 if declared else 0
    where = f"{name}, line {1 + skipped}"
    header = _header(_reader(io.StringIO(sample, newline=""), delimiter, skipped)[1], where)
    names = header_names(header, where)

    def rows() -> Iterator[Row]:
        with _text(opener, encoding) as text:
            yield from _rows(text, delimiter, skipped, names, name)

    described = f"CSV, {_DELIMITER_NAMES[delimiter]}, {encoding.removesuffix('-sig')}"
    return Table(tuple(column.strip() for column in header), "line", described, rows)


def _text(opener: Opener, encoding: str) -> io.TextIOWrapper:
    # A file may change between two readings; what no longer fits the encoding is shown, and the row is refused.
    return io.TextIOWrapper(opener(), encoding=encoding, errors="backslashreplace", newline="")


def _declared_delimiter(sample: str) -> str:
    """Excel's own first line, `sep=;`, which is no part of the table."""
    first = sample[:10].splitlines()[:1]
    if first and len(first[0]) == 5 and first[0].lower().startswith("sep=") and first[0][4] in DELIMITERS:
        return first[0][4]
    return ""


def _delimiter_of(sample: str) -> str:
    """The delimiter by which the header falls into most columns; a comma where there is but one column."""

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=columns)


def _reader(text: io.TextIOBase, delimiter: str, skipped: int) -> tuple[_Lines, Iterator[list[str]]]:
    lines = _Lines(text)
    source = iter(lines)
    for _ in range(skipped):
        next(source, None)
    return lines, csv.reader(source, delimiter=delimiter, strict=True)


def _header(reader: Iterator[list[str]], where: str) -> list[str]:
    try:
        return next(reader, [])
    except (csv.Error, _LongLine) as error:
        raise UnreadableFile(_reason(error), where=where) from None


def _rows(text: io.TextIOBase, delimiter: str, skipped: int, names: list[str], name: str) -> Iterator[Row]:
    lines, reader = _reader(text, delimiter, skipped)
    if len(_header(reader, name)) != len(names):
        raise UnreadableFile("the file was changed while it was read", where=name)
    width, nameless = len(names), "" in names
    while True:
        first = lines.number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield unreadable(first, [], _reason(error))
            continue
        except _LongLine as error:
            # Where the line would end is not known, so neither is where the next row begins.
            yield unreadable(first, [], f"{_reason(error)}; nothing after it is read")
            return
        if not values or (len(values) == 1 and not values[0].strip() and width > 1):
            continue  # an empty line
        if len(values) != width:
            yield misfit(first, names, values[:MOST_COLUMNS])
            continue
        if lines.last_nul >= first:
            yield unreadable(first, values, "the row holds NUL characters")
            continue
        cells = dict(zip(names, values, strict=True))
        if nameless:
            del cells[""]
        yield Row(first, cells)


def _reason(error: Exception) -> str:
    if isinstance(error, _LongLine):
        return f"the line is longer than {_LONGEST_LINE} characters"
    if "field larger than field limit" in str(error):
        return "a field is longer than is read; is a closing quote missing?"
    return f"no readable CSV: {error}"
