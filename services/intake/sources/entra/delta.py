"""Graph's delta query, as a walk: everything the first time, what changed afterwards, everything again when it forgets.

The position is Graph's own link, stored with every page, so that a reading that broke off goes on where it was. Links
live seven days at most; whatever Graph refuses of one, the list is read whole again, which is always safe.

Graph promises each row whole, and has been seen to leave out whether the account is enabled. Rows like that, and
members of groups, of whom the list gives only ids, are asked for by id before their page is told.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, UnusableAnswer
from services.intake.polling.links import parts_of
from services.intake.polling.rolls import Roll
from services.intake.sources.entra.translation import Told
from services.intake.translation import Record, Untranslatable, decode_json

LOOKUP_PATH = "/v1.0/directoryObjects/getByIds"
MOST_LOOKED_UP = 1_000
_OR_FORGOTTEN = frozenset({200, 400, 404, 410})
"""A link we were given may be refused in these ways; the first question may not."""


class Taken(NamedTuple):
    """A page's rows after a look: those to translate, whom to look up (with their group's unit), and the roll."""

    ready: Sequence[bytes]
    to_look_up: Mapping[str, str | None]
    present: Sequence[str] = ()
    gone: Sequence[str] = ()


class Listed(NamedTuple):
    """A list to be read. `terms` is what a position depends on: under other terms it is worth nothing.

    `rolled` lists tell who has gone only to those who keep up, so the roll of them is called.
    """

    graph_url: str
    path: str
    query: str
    terms: str
    lookup_fields: Sequence[str]
    take: Callable[[Sequence[msgspec.Raw]], Taken]
    rolled: bool


class _Page(msgspec.Struct):
    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta_link: str | None = msgspec.field(name="@odata.deltaLink", default=None)


class _Looked(msgspec.Struct):
    value: list[msgspec.Raw]


class _IdOnly(msgspec.Struct):
    id: Any = None


_page = msgspec.json.Decoder(_Page)
_looked = msgspec.json.Decoder(_Looked)
_id_only = msgspec.json.Decoder(_IdOnly)


class DeltaWalk:
    """One reading of a list, from a position or from the beginning."""

    def __init__(self, listed: Listed, position: Mapping[str, str] | None, now: datetime) -> None:
        self._listed = listed
        self._now = now
        self._rows = 0
        self._lookups: deque[Sequence[str]] = deque()
        self._records: list[Record] = []
        self._taken = Taken((), {})
        self._link = self._first = f"{listed.graph_url}{listed.path}?{listed.query}"
        self._begun = 0
        if position is not None and position.get("terms") == listed.terms:
            self._link, self._reading = position["link"], position["reading"]
            self._whole, self._anyone = position["whole"] == "yes", True
            self.call: Call | None = Call(self._link, accepted=_OR_FORGOTTEN)
        else:
            self._begin()

    def _begin(self) -> None:
        self._begun += 1
        self._link, self._reading = self._first, f"{self._now.isoformat()}/{self._begun}"
        self._whole, self._anyone = True, False
        self.call = Call(self._link)

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page of the list, or those looked up for it; it is told at once, with all that belongs to it."""
        if self._lookups:
            self._take_looked_up(answer, self._lookups.popleft())
        elif answer.status != 200:
            self._begin()
            return
        else:
            self._take_page(_decoded(_page, answer.body))
        if self._lookups:
            self.call = self._lookup(self._lookups[0])
        else:
            yield self._told()

    def _take_page(self, page: _Page) -> None:
        self._follow(page)
        taken = self._taken = self._listed.take(page.value)
        self._anyone = self._anyone or bool(page.value)
        if self._ended and self._listed.rolled and not self._anyone:
            raise UnusableAnswer("a whole reading met nobody at all, which is no directory of people")
        self._records = [self._record(row, None) for row in taken.ready]
        wanted = list(taken.to_look_up)
        self._lookups.extend(wanted[at : at + MOST_LOOKED_UP] for at in range(0, len(wanted), MOST_LOOKED_UP))

    def _follow(self, page: _Page) -> None:
        link = page.next_link or page.delta_link
        if link is None:
            raise UnusableAnswer("the page leads nowhere: neither @odata.nextLink nor @odata.deltaLink")
        root, parts = urlsplit(self._listed.graph_url), parts_of(link)
        here = (root.scheme, root.netloc, root.path + self._listed.path)
        if (parts.scheme, parts.netloc, parts.path) != here:
            raise UnusableAnswer("the page's link leads away from the configured list")
        if page.next_link is not None and link == self._link:
            raise UnusableAnswer("@odata.nextLink leads back to the same page")
        self._asked, self._link = self._link, link
        self._ended = page.next_link is None

    def _told(self) -> Page:
        taken, roll = self._taken, None
        if self._listed.rolled:
            all_met = self._ended and self._whole
            roll = Roll(self._reading, taken.present, taken.gone, all_met, self._absence)
        self._whole = self._whole and not self._ended
        self.call = None if self._ended else Call(self._link, accepted=_OR_FORGOTTEN)
        whole = "yes" if self._whole else "no"
        position = {"link": self._link, "reading": self._reading, "whole": whole, "terms": self._listed.terms}
        return Page(self._records, position, roll)

    def _lookup(self, people: Sequence[str]) -> Call:
        fields = ",".join(self._listed.lookup_fields)
        body = msgspec.json.encode({"ids": people, "types": ["user"]})
        return Call(f"{self._listed.graph_url}{LOOKUP_PATH}?$select={fields}", method="POST", body=body)

    def _take_looked_up(self, answer: Answer, asked: Sequence[str]) -> None:
        """Those found. Who is not was removed in between, and the list will say so."""
        for row in map(bytes, _decoded(_looked, answer.body).value):
            person = _decoded(_id_only, row).id
            if person in asked:
                self._records.append(self._record(row, self._taken.to_look_up[person]))

    def _record(self, row: bytes, unit: str | None) -> Record:
        # The same row on a later page, or in a later reading, is another occasion: somebody may be as they once were.
        digest = hashlib.blake2b(digest_size=16)
        for part in (self._reading.encode(), self._asked.encode(), row):
            digest.update(part + b"\n")
        return self._written(msgspec.Raw(row), digest.hexdigest(), unit)

    def _absence(self, person: str) -> Record:
        row = msgspec.json.encode({"id": person, "@removed": {"reason": "absent"}})
        occasion = hashlib.blake2b(f"{self._reading}\nabsent".encode(), digest_size=16).hexdigest()
        return self._written(msgspec.Raw(row), occasion, None)

    def _written(self, row: msgspec.Raw, occasion: str, unit: str | None) -> Record:
        # Rows of one person may follow each other in a page: a later one is later by a little.
        read_at = self._now + timedelta(microseconds=self._rows)
        self._rows += 1
        return Record(msgspec.json.encode(Told(row, occasion, read_at.isoformat(), unit)))


def _decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decode_json(decoder, body)
    except Untranslatable as error:
        raise UnusableAnswer(str(error)) from None
