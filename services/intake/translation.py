"""What every source shares: records go in, events come out, and nothing in between is lost.

A source declares `RecordKind`s. Each turns one record's bytes into events, or raises `Untranslatable` with the reason
and the place. A record is the unit that is kept as a dead letter and replayed, so its bytes must suffice by themselves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import msgspec

from schemas.envelope import Event
from schemas.events.desk import TicketReported
from schemas.events.device import FailureReported, WipeReported
from schemas.topics import Topic
from services.eventlog.dead_letters import DeadLetter

CLOCK_TOLERANCE = timedelta(minutes=5)
"""A vendor's clock may be this far ahead of ours before we stop believing it."""

HEARD_AT = "heard_at"
"""In a dead letter's context: the business time at which its record came."""

Content = TypeVar("Content")


class Untranslatable(Exception):
    """An authentic record that we cannot turn into events. `where` is the place in the sender's own terms."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason = reason
        self.where = where


class Malformed(Untranslatable):
    """It is not even the format it claims to be: the sender is told so, and the bytes are kept all the same."""


class Context(NamedTuple):
    """What a translation may know beside the record. `units` maps a unit's name or code, lower case, to its code."""

    now: datetime
    units: Mapping[str, str]


class Record(NamedTuple):
    """One unit of translation: its bytes, and where they stood in what was sent (a line), if it was one of many."""

    body: bytes
    where: str = ""


def _whole(body: bytes) -> Sequence[Record]:
    return [Record(body)]


@dataclasses.dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record: `name` is how its dead letters are filed, `source` the vendor, `topics` where its events go.

    `translate` answers no events for a record that is understood and of no use to us. `split` cuts what was sent into
    records, and leaves a single record as it is; it may raise Malformed.
    """

    name: str
    source: str
    topics: tuple[Topic, ...]
    translate: Callable[[bytes, Context], Sequence[Event]]
    split: Callable[[bytes], Sequence[Record]] = _whole


class Rejected(NamedTuple):
    """A record that goes to the dead letters."""

    letter: DeadLetter
    where: str
    malformed: bool


@dataclasses.dataclass(slots=True)
class Translated:
    """A set of records after translation; each record stands in exactly one of the three."""

    kind: RecordKind
    events: list[Sequence[Event]] = dataclasses.field(default_factory=list)
    ignored: int = 0
    rejected: list[Rejected] = dataclasses.field(default_factory=list)
    clamped: int = 0

    def reject(self, record: Record, error: Exception, now: datetime) -> None:
        """Set a record aside with its reason and when it was heard, which its translation may once depend on.

        A fault of our own is named by its type only: it may hold anything.
        """
        known = error if isinstance(error, Untranslatable) else None
        place = " ".join(part for part in (record.where, known.where if known else "") if part)
        reason = str(Untranslatable(known.reason, place)) if known else f"translator fault: {type(error).__name__}"
        reason = reason.replace("\x00", " ")[:1000]
        context = {"record": record.where, HEARD_AT: now.isoformat()}
        letter = DeadLetter(source=self.kind.name, reason=reason, body=record.body, context=context)
        self.rejected.append(Rejected(letter, place, isinstance(error, Malformed)))


def translate_records(kind: RecordKind, records: Sequence[Record], context: Context) -> Translated:
    """Translate every record by itself: one that fails stands alone, and the others go on. Never raises."""
    result = Translated(kind)
    latest = context.now + CLOCK_TOLERANCE
    for record in records:
        try:
            events = kind.translate(record.body, context)
        except Exception as error:  # one record's fault, ours included, must not hold up the rest
            result.reject(record, error, context.now)
            continue
        if not events:
            result.ignored += 1
            continue
        if any(_latest_moment(event) > latest for event in events):
            events = [_not_after(event, context.now) for event in events]
            result.clamped += 1
        result.events.append(events)
    return result


def translate_body(kind: RecordKind, body: bytes, context: Context, *, stood: str = "") -> Translated:
    """Cut what was sent into records and translate each; what cannot be cut is rejected whole. Never raises.

    `stood` is where a body stood that is a record of something sent before.
    """
    try:
        records = kind.split(body)
    except Exception as error:  # input must not become a fault of ours
        result = Translated(kind)
        result.reject(Record(body), error, context.now)
        return result
    if stood and len(records) == 1:
        records = [records[0]._replace(where=stood)]
    return translate_records(kind, records, context)


def _latest_moment(event: Event) -> datetime:
    if isinstance(event, FailureReported):
        return max(event.time, event.data.opened_at)
    if isinstance(event, WipeReported) and event.data.requested_at is not None:
        return max(event.time, event.data.requested_at)
    if isinstance(event, TicketReported) and event.data.opened_at is not None:
        return max(event.time, event.data.opened_at)
    return event.time


def _not_after(event: Event, now: datetime) -> Event:
    """The event as if its clocks had stopped at `now`: else a device from the year 2099 would never go idle."""
    changes: dict[str, Any] = {"time": min(event.time, now)}
    if isinstance(event, FailureReported):
        changes["data"] = msgspec.structs.replace(event.data, opened_at=min(event.data.opened_at, now))
    elif isinstance(event, WipeReported) and event.data.requested_at is not None:
        changes["data"] = msgspec.structs.replace(event.data, requested_at=min(event.data.requested_at, now))
    elif isinstance(event, TicketReported) and event.data.opened_at is not None:
        changes["data"] = msgspec.structs.replace(event.data, opened_at=min(event.data.opened_at, now))
    return msgspec.structs.replace(event, **changes)


_syntax = msgspec.json.Decoder(msgspec.Raw)


def decode_json(decoder: msgspec.json.Decoder[Content], body: bytes | str) -> Content:
    """Decode typed JSON. Raises Malformed where it is no JSON, Untranslatable where it is another JSON than agreed."""
    try:
        try:
            return decoder.decode(body)
        except msgspec.ValidationError as error:
            _syntax.decode(body)  # the types may be wrong long before the syntax is
            reason, _, path = str(error).partition(" - at ")
            raise Untranslatable(reason, path.strip("`")) from None
    except msgspec.DecodeError as error:
        reason, _, place = str(error).rpartition(" (")
        if not reason:  # the body broke off, which is the one fault whose place is not told
            raise Malformed(str(error), f"byte {len(body)}, where it ends") from None
        raise Malformed(reason, place.rstrip(")")) from None
    except UnicodeDecodeError as error:
        raise Malformed("not valid UTF-8", f"byte {error.start}") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
