"""Figures read back from what chat shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SUM = re.compile(r"£([\d,]+)(?:\.(\d\d))?")
_TOTAL = re.compile(r"([\d,]+) in all")


def pence(words: str) -> int:
    """The first sum in the words, in pence. Raises ValueError if there is none."""
    found = _SUM.search(words)
    if found is None:
        raise ValueError(f"no sum of money in {words!r}")
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0)


def signed_pence(words: str) -> int:
    """The sum in the words, which may be below nought: `-£12`."""
    return -pence(words) if words.startswith("-") else pence(words)


def pence_after(label: str, words: str) -> int:
    """The sum that follows a label: `committed £3,995,788.80`."""
    return pence(words.partition(label)[2])


def total(words: str) -> int:
    """The total of a count: `6,002 in all`. Raises ValueError if there is none."""
    found = _TOTAL.search(words)
    if found is None:
        raise ValueError(f"no total in {words!r}")
    return int(found[1].replace(",", ""))


def column(rows: Sequence[Sequence[str]], place: int) -> list[int]:
    """A column of whole numbers."""
    return [int(row[place].replace(",", "")) for row in rows]


def counted(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """A count's table as name, in lower case → devices."""
    return {row[0].lower(): int(row[1].replace(",", "")) for row in rows}
