"""The rows of a table in the order a careful client reads them: by `sys_updated_on`, then `sys_id`.

Kept sorted while rows change, since every page of every poll asks for it and a table holds 130,000 rows.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable

# (sys_updated_on in microseconds, sys_id, the row's number in its list)
Place = tuple[int, str, int]


class UpdateOrder:
    """Places of all rows, oldest change first."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
        self._places = sorted(places)

    def __len__(self) -> int:
        return len(self._places)

    def add(self, updated: int, sys_id: str, number: int) -> None:
        """Enter a new row."""
        bisect.insort(self._places, (updated, sys_id, number))

    def move(self, was: int, updated: int, sys_id: str, number: int) -> None:
        """A row changed at `updated`; before that it stood at `was`."""
        index = bisect.bisect_left(self._places, (was, sys_id, number))
        assert self._places[index] == (was, sys_id, number)
        del self._places[index]
        self.add(updated, sys_id, number)

    def index_of(self, updated: int, sys_id: str = "", *, after: bool = False) -> int:
        """Where rows at or beyond (updated, sys_id) begin; with `after`, where rows beyond it begin."""
        return bisect.bisect_left(self._places, (updated, sys_id, _BEYOND if after else -1))

    def numbers(self, low: int, high: int) -> list[int]:
        """The row numbers standing in `[low, high)`."""
        return [place[2] for place in self._places[low:high]]


_BEYOND = 1 << 60
