"""Ways to damage one row, column or cell of a CSV table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from random import Random

from tests.fuzz import poisons
from tests.fuzz.damage import Damage, spliced


def _cells(change: Callable[[list[list[str]], int, int, Random], None]) -> Damage:
    """A way that changes a table: it is given its rows, a row's number and a cell's."""

    def damage(body: bytes, chance: Random) -> bytes:
        try:
            rows = list(csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline="")))
        except csv.Error:
            rows = []
        if not rows:
            return spliced(body, chance)
        row = chance.randrange(len(rows))
        change(rows, row, chance.randrange(max(len(rows[row]), 1)), chance)
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator=chance.choice(("\r\n", "\n", "\r"))).writerows(rows)
        return written.getvalue().encode("utf-8", "surrogatepass")

    damage.__name__ = change.__name__
    return damage


def cell_empty(rows: list[list[str]], row: int, cell: int, _: Random) -> None:
    rows[row][cell : cell + 1] = [""]


def cell_missing(rows: list[list[str]], row: int, cell: int, _: Random) -> None:
    del rows[row][cell : cell + 1]


def cell_of_other_words(rows: list[list[str]], row: int, cell: int, chance: Random) -> None:
    rows[row][cell : cell + 1] = [poisons.word(chance)]


def row_repeated(rows: list[list[str]], row: int, _: int, chance: Random) -> None:
    rows[row:row] = [list(rows[row])] * chance.choice((1, 30))


def column_missing(rows: list[list[str]], _: int, cell: int, __: Random) -> None:
    for each in rows:
        del each[cell : cell + 1]


def row_too_long(rows: list[list[str]], row: int, _: int, chance: Random) -> None:
    rows[row] += ["more"] * chance.choice((1, 5_000))


OF_CSV: tuple[Damage, ...] = tuple(
    map(
        _cells,
        (
            cell_empty,
            cell_missing,
            cell_of_other_words,
            cell_of_other_words,
            row_repeated,
            column_missing,
            row_too_long,
        ),
    )
)
