"""What a polled source tells the poller: where to ask, what an answer holds, and how far one has read by then.

A feed does no I/O. It is walked: `walk.url` is the next page to get, until there is none; `walk.read` takes the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.intake.translation import Record, RecordKind


class UnusableAnswer(Exception):
    """The vendor's answer is no page of the list: nothing moves, and the list is asked for again later."""


class Page(NamedTuple):
    """A page's records, and the position to store in one transaction with their events; None leaves it where it is."""

    records: Sequence[Record]
    position: Mapping[str, str] | None


class Walk(Protocol):
    """One reading of a list, page by page."""

    url: str | None

    def read(self, body: bytes) -> Page: ...


class Feed(Protocol):
    """A list that is polled. `name` is where its position is stored."""

    name: str
    kind: RecordKind

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk: ...
