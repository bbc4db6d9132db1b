"""Reading Snipe-IT's hardware by offsets, while rows change, without leaving one out.

The whole list is read by id, in which nothing moves: only a deletion draws later rows nearer. So every page begins with
the last row of the page before; if it does not, one page is taken back. How far one came is stored with each page.

Afterwards only what changed is read: by time of change, the newest first, until well before the newest of the last
walk. What changes meanwhile goes to the front and pushes the others into the next page: they are read twice, and it
is the next walk's. Rows of one second have no order among themselves, so that a page which breaks off inside a second
may hide one of them: then the whole list is read once more.

The newest change is asked for before the whole list is, so that what changes while it is read is read after it, and by
the server's own clock, however ours stands. An archived asset leaves the ordinary list, and a deleted one too: they
have lists of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.sources.snipeit.dates import Date, moment_of
from services.intake.translation import Record, RecordKind, Untranslatable, decode_json

PAGE_SIZE = 500
"""As many as a server gives at most, unless it was set otherwise; fewer are taken as they come."""
OVERLAP = timedelta(hours=2)
"""More than the hour that a server's clock repeats when it is set back."""
MOST_STEPS_BACK = 20

LISTS = {"hardware": "", "archived": "&status=Archived", "deleted": "&status=Deleted"}


class _List(msgspec.Struct):
    total: int
    rows: list[msgspec.Raw]


class _Place(msgspec.Struct):
    id: Any = None
    updated_at: Date | str | None = None


class _Refused(msgspec.Struct):
    status: str
    messages: msgspec.Raw = msgspec.Raw()


class _Row(NamedTuple):
    number: int | None
    changed: datetime | None
    record: Record


_list = msgspec.json.Decoder(_List)
_place = msgspec.json.Decoder(_Place)
_refused = msgspec.json.Decoder(_Refused)


class HardwareFeed:
    """One of the lists. Its position is the newest change read; while the whole list is read, how far one came."""

    def __init__(self, url: str, name: str, kind: RecordKind, zone: tzinfo) -> None:
        self.name = f"snipeit/{name}"
        self.kind = kind
        self._url = f"{url.rstrip('/')}/api/v1/hardware?limit={PAGE_SIZE}{LISTS[name]}"
        self._zone = zone

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """The whole list, from the beginning or where it broke off; afterwards what changed."""
        return _HardwareWalk(self._url, self._zone, position or {}, now)


class _HardwareWalk:
    """One reading of a list: of what changed, and of the whole by id where that is needed."""

    def __init__(self, url: str, zone: tzinfo, position: Mapping[str, str], now: datetime) -> None:
        self._url = url
        self._zone = zone
        self._now = now
        # Our own clock may have been set back; a position ahead of it would hide what changes until then.
        self._since = min(datetime.fromisoformat(position["changed"]), now) if "changed" in position else None
        self._newest = self._since
        self._whole = "offset" in position
        self._offset = int(position.get("offset", 0))
        self._last = int(position.get("id", 0))
        self._before: dict[int, datetime | None] = {}
        self._steps_back = 0
        self.call: Call | None = self._next()

    def _next(self) -> Call:
        order = "sort=id&order=asc" if self._whole else "sort=updated_at&order=desc"
        return Call(f"{self._url}&{order}&offset={self._offset}")

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page. Raises UnusableAnswer."""
        asked = self.call
        try:
            page = decode_json(_list, answer.body)
        except Untranslatable as error:
            raise UnusableAnswer(_why(answer.body) or str(error)) from None
        rows = [_row(bytes(row), self._zone) for row in page.rows]
        position = self._take_whole(page.total, rows) if self._whole else self._take_changes(page.total, rows)
        if self.call == asked:
            raise UnusableAnswer("the server gives too few rows a page to go on")
        yield Page([row.record for row in rows], position)

    def _take_whole(self, total: int, rows: Sequence[_Row]) -> Mapping[str, str] | None:
        numbers = [row.number for row in rows if row.number is not None]
        if any(number <= before for before, number in itertools.pairwise(numbers)):
            raise UnusableAnswer("the rows are not in the order of their ids")
        if self._offset and (not numbers or numbers[0] > self._last):
            self._step_back()
            return None
        at_end = self._offset + len(rows) >= total or not rows
        self._last = max(self._last, *numbers, 0)
        self._offset += max(len(rows) - 1, 0)
        self.call = None if at_end else self._next()
        changed = {"changed": self._newest.isoformat()} if self._newest else {}
        return changed if at_end else changed | {"offset": str(self._offset), "id": str(self._last)}

    def _take_changes(self, total: int, rows: Sequence[_Row]) -> Mapping[str, str] | None:
        times = [row.changed for row in rows if row.changed is not None]
        if any(later > earlier for earlier, later in itertools.pairwise(times)):
            raise UnusableAnswer("the rows are not in the order of their changes")
        if self._offset and not any(row.number in self._before for row in rows):
            self._step_back()
            return None
        self._newest = max((min(time, self._now) for time in (*times, self._newest) if time), default=None)
        at_end = self._offset + len(rows) >= total or not rows
        at_end = at_end or (self._since is not None and bool(times) and times[-1] < self._since - OVERLAP)
        if not at_end and (self._since is None or self._may_hide(rows, times)):
            self._whole, self._offset, self._last = True, 0, 0
            self.call = self._next()
            return None
        self._before = {row.number: row.changed for row in rows if row.number is not None}
        self._offset += max(len(rows) - 1, 0)
        self.call = None if at_end else self._next()
        moved = at_end and self._newest is not None and self._newest != self._since
        return {"changed": self._newest.isoformat()} if moved and self._newest else None

    def _may_hide(self, rows: Sequence[_Row], times: Sequence[datetime]) -> bool:
        """True if this page, or the one before it, ended with one of several rows of a second."""
        last = min((time for time in self._before.values() if time is not None), default=None)
        inside = any(row.changed == last for row in rows if row.number not in self._before and last is not None)
        return inside or (len(times) > 1 and times[-1] == times[-2])

    def _step_back(self) -> None:
        self._steps_back += 1
        if self._steps_back > MOST_STEPS_BACK:
            raise UnusableAnswer("rows vanish faster than they can be read")
        self._offset = max(0, self._offset - PAGE_SIZE)
        self.call = self._next()


def _row(body: bytes, zone: tzinfo) -> _Row:
    """A row with its place in the list, as far as it can be read: one that cannot is the dead letters' affair."""
    try:
        place = decode_json(_place, body)
        number = place.id if isinstance(place.id, int) and not isinstance(place.id, bool) else None
        return _Row(number, moment_of(place.updated_at, zone, "$.updated_at"), Record(body))
    except Untranslatable:
        return _Row(None, None, Record(body))


def _why(body: bytes) -> str | None:
    """The server's own words: it answers 200 to what it refuses."""
    try:
        refused = decode_json(_refused, body)
    except Untranslatable:
        return None
    return f"Snipe-IT answered {refused.status[:20]!r}: {bytes(refused.messages).decode(errors='replace')[:200]}"


def hardware_feeds(url: str, kind: RecordKind, zone: tzinfo = UTC) -> list[HardwareFeed]:
    """The lists that are polled."""
    return [HardwareFeed(url, name, kind, zone) for name in LISTS]
