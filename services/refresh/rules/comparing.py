"""What another policy would change: two judgements of each device, counted. Holds some numbers a device, no device."""

from __future__ import annotations

from array import array
from collections import Counter
from datetime import date

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.refresh.rules.assess import Assessment

_PLACE_BITS, _DAY_BITS = 24, 20
_NONE = -1


class KindMoves(msgspec.Struct, kw_only=True):
    """What changes for a kind. `rescored`, `replaced` (another place), `months` (due in another month) and `lines` are
    of devices that are in the queue both before and after.
    """

    before: int = 0
    after: int = 0
    enter: int = 0
    leave: int = 0
    rescored: int = 0
    replaced: int = 0
    months: int = 0
    lines: int = 0


class Comparison:
    """Counts devices in the order of their ids, which is what settles places of equal urgency."""

    def __init__(self, year_ends_on: date) -> None:
        self._year_ends_on = year_ends_on
        self.judged = 0
        self.kinds: dict[Kind, KindMoves] = {}
        self.due_before: Counter[tuple[Kind, FundingLine]] = Counter()
        """Entries due by the end of the year that are not ordered yet."""
        self.due_after: Counter[tuple[Kind, FundingLine]] = Counter()
        self._kind_of = array("b")
        self._places_before = array("q")
        self._places_after = array("q")

    def add(self, kind: Kind | None, before: Assessment, after: Assessment, *, ordered: bool) -> None:
        """Count one device, or one request without a device."""
        number, self.judged = self.judged, self.judged + 1
        self._kind_of.append(_NONE if kind is None else _KINDS.index(kind))
        if kind is None or not (before.in_queue or after.in_queue):
            return
        moves = self.kinds.setdefault(kind, KindMoves())
        for judged, places, due in (
            (before, self._places_before, self.due_before),
            (after, self._places_after, self.due_after),
        ):
            if judged.in_queue and judged.due_on is not None:
                places.append(_place(judged, judged.due_on, number, ordered=ordered))
                if not ordered and judged.due_on <= self._year_ends_on:
                    due[kind, judged.line] += 1
        moves.before += before.in_queue
        moves.after += after.in_queue
        if before.in_queue and after.in_queue:
            assert before.due_on is not None, "what is in the queue is due on a day"
            assert after.due_on is not None, "what is in the queue is due on a day"
            moves.rescored += before.score != after.score
            moves.months += before.due_on.replace(day=1) != after.due_on.replace(day=1)
            moves.lines += before.line is not after.line
        else:
            moves.enter += after.in_queue
            moves.leave += before.in_queue

    def finish(self) -> None:
        """Rank both queues, once all are counted."""
        mask, earlier = (1 << _PLACE_BITS) - 1, array("i", [_NONE]) * self.judged
        for place, packed in enumerate(sorted(self._places_before)):
            earlier[packed & mask] = place
        for place, packed in enumerate(sorted(self._places_after)):
            number = packed & mask
            if earlier[number] not in (_NONE, place):
                self.kinds[_KINDS[self._kind_of[number]]].replaced += 1

    @property
    def due_more(self) -> dict[tuple[Kind, FundingLine], int]:
        """How many more entries, or fewer, are due by the end of the year."""
        both = {*self.due_before, *self.due_after}
        return {each: more for each in sorted(both) if (more := self.due_after[each] - self.due_before[each])}


_KINDS = tuple(Kind)


def _place(judged: Assessment, due_on: date, number: int, *, ordered: bool) -> int:
    """A number that sorts as the queue does: what is ordered last, then by score, due date and id."""
    turn = (2000 if ordered else 1000) - judged.score
    return (turn << _DAY_BITS | due_on.toordinal()) << _PLACE_BITS | number
