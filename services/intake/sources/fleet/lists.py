"""Fleet's lists, read by id: `order_key=id` with `after`, which no change while we read can shift.

Activities are read on from where the last walk ended, a few hundred ids earlier: one transaction of Fleet's may take
its id before another and be committed after it. Hosts are read from the first to the last each time, since their ids
say nothing of when they were seen; a walk that broke off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.sources.fleet.translation import ACTIVITY, HOST
from services.intake.translation import Record, RecordKind, Untranslatable, decode_json

PAGE_SIZE = 500
OVERLAP = 500
"""Ids that are read once more."""


class _Numbered(msgspec.Struct):
    id: int


_lists = msgspec.json.Decoder(dict[str, msgspec.Raw])
_rows = msgspec.json.Decoder(list[msgspec.Raw] | None)
_numbered = msgspec.json.Decoder(_Numbered)


class ListFeed:
    """One list. Its position is the last id read; `again` says that a list that was read to its end begins anew."""

    def __init__(self, url: str, rows: str, kind: RecordKind, *, again: bool) -> None:
        self.name = f"fleet/{rows}"
        self.kind = kind
        self._rows = rows
        self._url = (
            f"{url.rstrip('/')}/api/v1/fleet/{rows}?order_key=id&order_direction=asc&per_page={PAGE_SIZE}&after="
        )
        self._again = again

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Begin at the first id, or near the last one."""
        reached = int(position["id"]) if position else 0
        return _ListWalk(self._url, self._rows, reached, again=self._again)


class _ListWalk:
    """One reading of a list."""

    def __init__(self, url: str, rows: str, reached: int, *, again: bool) -> None:
        self._url = url
        self._rows = rows
        self._reached = reached
        self._again = again
        self._after = reached if again else max(0, reached - OVERLAP)
        self.call: Call | None = Call(f"{url}{self._after}")

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page; the position moves to its last id. Raises UnusableAnswer."""
        try:
            lists = decode_json(_lists, answer.body)
            if self._rows not in lists:
                raise UnusableAnswer(f"the answer holds no {self._rows}")
            rows = [bytes(row) for row in decode_json(_rows, bytes(lists[self._rows])) or ()]
            numbers = [decode_json(_numbered, row).id for row in rows]
        except Untranslatable as error:
            raise UnusableAnswer(str(error)) from None
        if any(number <= before for before, number in zip([self._after, *numbers], numbers, strict=False)):
            raise UnusableAnswer(f"the {self._rows} are not in the order of their ids, after the one we named")
        at_end = len(rows) < PAGE_SIZE
        self._after = numbers[-1] if numbers else self._after
        self.call = None if at_end else Call(f"{self._url}{self._after}")
        yield Page([Record(row) for row in rows], self._position(at_end))

    def _position(self, at_end: bool) -> Mapping[str, str] | None:
        reached = 0 if at_end and self._again else max(self._after, self._reached)
        if reached == self._reached:
            return None
        self._reached = reached
        return {"id": str(reached)}


def list_feeds(url: str) -> tuple[ListFeed, ListFeed]:
    """The activities, and the hosts."""
    return ListFeed(url, "activities", ACTIVITY, again=False), ListFeed(url, "hosts", HOST, again=True)
