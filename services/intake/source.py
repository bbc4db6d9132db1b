"""What a source declares of itself: what it is, how its deliveries are known to be its own, and what of it is polled.

A declaration is all that intake knows of a vendor; `docs/add-a-source.md` walks through one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any, Generic, TypeVar

import aiohttp

from services.database.pool import Pool
from services.intake.door.authenticity import Proof
from services.intake.polling.feeds import Feed
from services.intake.polling.vendor_http import Credentials
from services.intake.polling.wakes import Wake
from services.intake.settings import SourceSettings
from services.intake.streaming.stream import Stream
from services.intake.translation import RecordKind

Settings = TypeVar("Settings", bound=SourceSettings)


@dataclasses.dataclass(frozen=True)
class Webhook:
    """A path at which a source speaks by itself. Without a proof that can hold, it stays closed.

    `busy_status` is what makes this sender try again while we cannot take it in; most know 503, some only 429.
    `greeting` answers the sender's test of an address before anything is proved: it is given the query, and says what
    to echo as plain text, or None if this is no test. `answers_get` lets an authentic GET be answered with 200.
    `accepted_status` answers a delivery without a dead letter; `patience_seconds` is how long it may wait for the
    database. `wakes` says who is to look now because of a body, and is kept in the delivery's transaction.
    """

    path: str
    kind: RecordKind
    proofs: Sequence[Proof]
    content_types: frozenset[str]
    maximum_bytes: int | None = None
    busy_status: int = 503
    greeting: Callable[[Mapping[str, str]], str | None] | None = None
    answers_get: bool = False
    accepted_status: int = 200
    patience_seconds: float = 5.0
    wakes: Callable[[bytes], Sequence[Wake]] | None = None


@dataclasses.dataclass(frozen=True)
class PolledFeed:
    """A feed with what polling it takes. Credentials are made once there is a session; `every_seconds` is real.

    `wakeable` is for a feed that some webhook wakes: it is read then, without waiting for its turn.
    """

    feed: Feed
    every_seconds: float
    credentials: Callable[[aiohttp.ClientSession], Credentials]
    wakeable: bool = False


@dataclasses.dataclass(frozen=True)
class Errand:
    """What is to be kept in order with a vendor beside reading it, such as a subscription.

    `run` ends only when cancelled. It may take one connection of the pool at a time.
    """

    name: str
    run: Callable[[aiohttp.ClientSession, Callable[[], Pool]], Coroutine[Any, Any, None]]


@dataclasses.dataclass(frozen=True)
class Described:
    """A source in words, for `docs/sources.md`: one short sentence each, in Markdown."""

    taken: str
    proved: str
    polled: str
    dropped: str


def _nothing(_: object) -> Sequence[object]:
    return ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source(Generic[Settings]):
    """A vendor's system. `name` stands in metrics and before the dead letters' kinds, `title` is for people.

    `silent_after` is how long it may say nothing before somebody is told; None where silence is no news.
    Where translating depends on a setting (which field holds a serial, the zone of a server's clock), `kinds_with`
    makes the same kinds by the settings; `kinds` are those of the defaults.
    """

    name: str
    title: str
    settings: type[Settings]
    kinds: Sequence[RecordKind]
    described: Described
    silent_after: timedelta | None
    kinds_with: Callable[[Settings], Sequence[RecordKind]] | None = None
    webhooks: Callable[[Settings], Sequence[Webhook]] = _nothing  # type: ignore[assignment]  # an empty tuple is a sequence of anything
    feeds: Callable[[Settings], Sequence[PolledFeed]] = _nothing  # type: ignore[assignment]  # the same
    errands: Callable[[Settings], Sequence[Errand]] = _nothing  # type: ignore[assignment]  # the same
    streams: Callable[[Settings], Sequence[Stream]] = _nothing  # type: ignore[assignment]  # the same
