"""Graph's delta query, as a walk: everything the first time, what changed afterwards, everything again when it forgets.

The position is Graph's own link, stored with every page, so that a reading that broke off goes on where it was. Links
live seven days at most; whatever Graph refuses of one, the list is read whole again, which is always safe.

Graph promises each row whole, and has been seen to leave out whether the account is enabled. Rows like that, and
members of groups, of whom the list gives only ids, are asked for by id before the position moves.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from services.intake.calls import Answer, Call
from services.intake.feeds import Page, UnusableAnswer
from services.intake.rolls import Roll
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
        self._units: Mapping[str, str | None] = {}
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
        """Take in a page of the list or of those looked up; the position moves once all of a page is known."""
        if self._lookups:
            asked = self._lookups.popleft()
            ready = self._looked_up(answer, asked)
            records = [self._record(row, self._units.get(person)) for person, row in ready]
            yield self._told(records, (), ())
        elif answer.status != 200:
            self._begin()
        else:
            page = _decoded(_page, answer.body)
            self._follow(page)
            taken = self._listed.take(page.value)
            self._anyone = self._anyone or bool(page.value)
            if self._ended and self._listed.rolled and not self._anyone:
                raise UnusableAnswer("a whole reading met nobody at all, which is no directory of people")
            wanted = list(taken.to_look_up)
            self._lookups.extend(
                wanted[start : start + MOST_LOOKED_UP] for start in range(0, len(wanted), MOST_LOOKED_UP)
            )
            self._units = taken.to_look_up
            yield self._told([self._record(row, None) for row in taken.ready], taken.present, taken.gone)

    def _follow(self, page: _Page) -> None:
        link = page.next_link or page.delta_link
        if link is None:
            raise UnusableAnswer("the page leads nowhere: neither @odata.nextLink nor @odata.deltaLink")
        root, parts = urlsplit(self._listed.graph_url), urlsplit(link)
        here = (root.scheme, root.netloc, root.path + self._listed.path)
        if (parts.scheme, parts.netloc, parts.path) != here:
            raise UnusableAnswer("the page's link leads away from the configured list")
        if page.next_link is not None and link == self._link:
            raise UnusableAnswer("@odata.nextLink leads back to the same page")
        self._asked, self._link = self._link, link
        self._ended = page.next_link is None

    def _told(self, records: Sequence[Record], present: Sequence[str], gone: Sequence[str]) -> Page:
        complete = not self._lookups
        whole_ended = complete and self._ended and self._whole
        roll = Roll(self._reading, present, gone, whole_ended, self._absence) if self._listed.rolled else None
        if not complete:
            self.call = self._lookup(self._lookups[0])
            return Page(records, None, roll)
        if self._ended:
            self._whole = False
        self.call = None if self._ended else Call(self._link, accepted=_OR_FORGOTTEN)
        whole = "yes" if self._whole else "no"
        position = {"link": self._link, "reading": self._reading, "whole": whole, "terms": self._listed.terms}
        return Page(records, position, roll)

    def _lookup(self, people: Sequence[str]) -> Call:
        fields = ",".join(self._listed.lookup_fields)
        body = msgspec.json.encode({"ids": people, "types": ["user"]})
        return Call(f"{self._listed.graph_url}{LOOKUP_PATH}?$select={fields}", method="POST", body=body)

    def _looked_up(self, answer: Answer, asked: Sequence[str]) -> Sequence[tuple[str, bytes]]:
        """Those found. Who is not was removed in between, and the list will say so."""
        found = []
        for row in map(bytes, _decoded(_looked, answer.body).value):
            person = _decoded(_id_only, row).id
            if person in asked:
                found.append((person, row))
        return found

    def _record(self, row: bytes, unit: str | None) -> Record:
        # A page read twice makes the same records; the same row on a later page, or in a later reading, another.
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
