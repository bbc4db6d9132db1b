"""What every reader yields, and how it says that a file or one row of it cannot be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from services.errors import BadInput

LONGEST_FIELD = 131_072
"""Characters of one field: the csv module's own bound. The longest a register has use for is a few hundred."""
MOST_COLUMNS = 2_000


class UnreadableFile(BadInput):
    """The file as a whole cannot be read; the message says what to do about it."""


class Row(NamedTuple):
    """One row. `number` is where it begins, in the table's own unit; columns are named in lower case, trimmed.

    `fault` says why the row cannot be read; then `cells` holds what there was of it.
    """

    number: int
    cells: dict[str, str]
    fault: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """An opened file. `rows()` begins anew each time it is called.

    `columns` are the header's, as the file writes them; None where each row brings its own (JSON). `counted_in` is
    what a row's number counts: line, row, record.
    """

    columns: tuple[str, ...] | None
    counted_in: str
    described_as: str
    rows: Callable[[], Iterator[Row]]


def column_name(words: str) -> str:
    """A column's name as it is compared: any case, space around it or doubled inside it does not matter."""
    return " ".join(words.split()).casefold()


def header_names(header: Sequence[str], where: str) -> list[str]:
    """The columns' names for comparing, one for each column; nameless ones are "".

    Raises UnreadableFile for a header that names nothing, holds a NUL, or names a column twice: which is meant?
    """
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"the header has {len(header)} columns; at most {MOST_COLUMNS} are read", where=where)
    if any("\0" in name for name in header):
        raise UnreadableFile(
            "the header holds NUL characters: save the file as UTF-8, or as UTF-16 with a byte order mark", where=where
        )
    names = [column_name(name) for name in header]
    named = [name for name in names if name]
    if not named:
        raise UnreadableFile("there is no header: the first row must name the columns", where=where)
    if len(set(named)) < len(named):
        twice = sorted({name for name in named if named.count(name) > 1})
        raise UnreadableFile(f"the header names a column twice: {', '.join(map(repr, twice))}", where=where)
    return names


def padded(number: int, names: Sequence[str], values: Sequence[str], *, may_be_short: bool = False) -> Row:
    """A row of values under a header. One that does not fit the header is at fault: its fields may have shifted."""
    if len(values) != len(names) and not (may_be_short and len(values) < len(names)):
        return misfit(number, names, values)
    cells = dict(zip(names, values, strict=False))
    cells.pop("", None)
    return Row(number, cells)


def misfit(number: int, names: Sequence[str], values: Sequence[str]) -> Row:
    """A row with more or fewer fields than the header has."""
    fields = "1 field" if len(values) == 1 else f"{len(values)} fields"
    return unreadable(number, values, f"the row has {fields}, the header {len(names)}")


def unreadable(number: int, values: Sequence[str], fault: str) -> Row:
    """A row at fault, with what there is of it."""
    return Row(number, {f"field {place}": value for place, value in enumerate(values, 1)}, fault)
