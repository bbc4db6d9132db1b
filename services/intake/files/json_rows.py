"""JSON lists, streamed: `[…]`, `{"rows": […]}`, `{"value": […]}`, `{"result": […]}`, a lone object, or one a line.

A record is flattened: nested objects become columns with dots (`model.name`). Lists inside a record are passed over:
no field of a device is a list.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from services.intake.files.encoding import encoding_of
from services.intake.files.rows import LONGEST_FIELD, MOST_COLUMNS, Row, Table, UnreadableFile, column_name

LIST_NAMES = frozenset({"rows", "value", "result", "results", "records", "data", "items"})
"""Under which name a vendor's answer holds its list."""
LARGEST_RECORD = 1 << 20
DEEPEST = 8
_CHUNK = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode

Opener = Callable[[], BinaryIO]


class Unflattenable(Exception):
    """A record that is nested too deeply, or has more fields than any device."""


def json_table(opener: Opener, name: str) -> Table:
    """The records of a JSON file that `opener` opens anew each time. Raises UnreadableFile."""
    try:
        with opener() as stream:
            encoding = encoding_of(stream)
    except ValueError as error:
        raise UnreadableFile(str(error), where=name) from None
    if encoding not in ("utf-8", "utf-8-sig", "utf-16"):
        raise UnreadableFile("JSON must be UTF-8", where=name)

    def rows() -> Iterator[Row]:
        with io.TextIOWrapper(opener(), encoding=encoding, errors="backslashreplace") as text:
            scanner = _Scanner(text, name)
            for number, record in enumerate(scanner.records(), 1):
                yield _row(number, record)

    next(rows(), None)  # a file that is no JSON at all is told at once
    return Table(None, "record", "JSON", rows)


def flattened(record: dict[str, Any]) -> dict[str, str]:
    """A record as columns. Absent, null and lists are left out. Raises Unflattenable."""
    cells: dict[str, str] = {}
    _flatten(record, "", 1, cells)
    return cells


def _flatten(record: dict[str, Any], prefix: str, depth: int, cells: dict[str, str]) -> None:
    if depth > DEEPEST:
        raise Unflattenable(f"the record is nested more than {DEEPEST} deep")
    for key, value in record.items():
        if isinstance(value, str):
            if len(value) > LONGEST_FIELD:
                raise Unflattenable("a field is longer than is read")
            cells[prefix + column_name(key)] = value
        elif isinstance(value, dict):
            _flatten(value, f"{prefix}{column_name(key)}.", depth + 1, cells)
        elif value is not None and not isinstance(value, list):
            cells[prefix + column_name(key)] = _written(value)
        if len(cells) > MOST_COLUMNS:
            raise Unflattenable(f"the record has more than {MOST_COLUMNS} fields")


def _written(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _row(number: int, record: object) -> Row:
    if not isinstance(record, dict):
        return Row(number, {}, f"the record is no object but {type(record).__name__}")
    try:
        return Row(number, flattened(record))
    except Unflattenable as error:
        return Row(number, {}, str(error))


class _Scanner:
    """Cuts a stream into values, holding no more than one record and a chunk."""

    def __init__(self, text: io.TextIOBase, name: str) -> None:
        self._text = text
        self._name = name
        self._buffer = ""
        self._at = 0
        self._ended = False
        self._passed = 0

    def records(self) -> Iterator[Any]:
        """Every record of the file. Raises UnreadableFile where it stops being JSON."""
        if self._peek() == "[":
            self._at += 1
            yield from self._elements()
        elif self._peek() == "{":
            yield from self._objects()
        else:
            raise self._broken("a list or an object is expected")
        if self._peek():
            raise self._broken("something follows the list")

    def _objects(self) -> Iterator[Any]:
        """One object after another; a first one that wraps a list is opened instead."""
        try:
            first = self._value()
        except UnreadableFile:
            yield from self._wrapped()  # too large for one record: it can only be a wrapper
            return
        if isinstance(first, dict):
            for name, value in first.items():
                if name in LIST_NAMES and isinstance(value, list):
                    yield from value
                    return
        yield first
        while self._peek() == "{":
            yield self._value()

    def _wrapped(self) -> Iterator[Any]:
        self._at += 1
        while True:
            key = self._value()
            if not isinstance(key, str) or self._peek() != ":":
                raise self._broken("no readable JSON")
            self._at += 1
            if key in LIST_NAMES and self._peek() == "[":
                self._at += 1
                yield from self._elements()
            else:
                self._value()
            if self._separator("}"):
                return

    def _elements(self) -> Iterator[Any]:
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._separator("]"):
                return

    def _separator(self, closing: str) -> bool:
        """Pass a comma, or the closing bracket: then True."""
        found = self._peek()
        if not found:
            raise self._broken("the file breaks off")
        if found not in (",", closing):
            raise self._broken(f"a comma or {closing!r} is expected")
        self._at += 1
        return found == closing

    def _peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = _decode(self._buffer, self._at)
            except json.JSONDecodeError:
                if len(self._buffer) - self._at > LARGEST_RECORD:
                    raise self._broken(f"no readable JSON record within {LARGEST_RECORD >> 20} MiB") from None
                if not self._more():
                    raise self._broken("no readable JSON, or the file breaks off") from None
            except RecursionError:
                raise self._broken("nested too deeply") from None
            else:
                if end < len(self._buffer) or not self._more():  # a number may go on in the next chunk
                    self._at = end
                    return value

    def _more(self) -> bool:
        if self._ended:
            return False
        chunk = self._text.read(_CHUNK)
        self._ended = not chunk
        if self._at:
            self._passed += self._at
            self._buffer = self._buffer[self._at :]
            self._at = 0
        self._buffer += chunk
        return bool(chunk)

    def _broken(self, reason: str) -> UnreadableFile:
        return UnreadableFile(f"{reason} (character {self._passed + self._at})", where=self._name)
