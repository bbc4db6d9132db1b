"""What a polled source tells the poller: what to ask, what an answer holds, and how far one has read by then.

A feed does no I/O. It is walked: `walk.call` is the next thing to ask for, until there is none; `walk.read` takes the
answer and gives its pages one after the other, so that a large answer need not lie in memory as records all at once.
Pages are taken to the end before `walk.call` is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.intake.polling.calls import Answer, Call
from services.intake.polling.rolls import Roll
from services.intake.translation import Record, RecordKind


class UnusableAnswer(Exception):
    """The vendor's answer is no page of the list: nothing moves, and the list is asked for again later."""


class Page(NamedTuple):
    """A page's records, and the position to store in one transaction with their events; None leaves it where it is.

    `roll` is for lists whose vendor may lose count of who has gone: see `rolls.py`.
    `kind` is that of its records where it is not the feed's own.
    """

    records: Sequence[Record]
    position: Mapping[str, str] | None
    roll: Roll | None = None
    kind: RecordKind | None = None


class Walk(Protocol):
    """One reading of a list, page by page."""

    @property
    def call(self) -> Call | None: ...

    def read(self, answer: Answer) -> Iterable[Page]: ...


class Feed(Protocol):
    """A list that is polled. `name` is where its position is stored."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> RecordKind: ...

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk: ...
