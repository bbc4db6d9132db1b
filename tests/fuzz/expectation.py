"""What must become of a body, said without a server: translators are pure, so the door can be held to them exactly."""

from __future__ import annotations

import time
from collections import Counter
from typing import NamedTuple

import msgspec

from schemas.envelope import Event
from services.intake.translation import RecordKind, Translated, translate_body
from tests.unit.intake.context import CONTEXT

MOST_SECONDS = 2.0
"""Of a processor, for one body: no mutant is so large that honest work takes a tenth of it."""


class Fault(Exception):
    """Intake did what it must never do; the words say what."""


class Expected(NamedTuple):
    """An answer's status and what it counts; nothing is counted for what is refused unread."""

    status: int
    counts: Counter[str]
    events: frozenset[tuple[str, str]]
    letters: frozenset[str]


REFUSED_UNREAD = Counter[str]()


def unread(status: int) -> Expected:
    """A delivery that is refused whole."""
    return Expected(status, REFUSED_UNREAD, frozenset(), frozenset())


def expected(kind: RecordKind, body: bytes, accepted_status: int) -> Expected:
    """What must become of an authentic body within bounds. Raises Fault if a translator itself went wrong."""
    result = checked(kind, body)
    counts = Counter(
        {"translated": len(result.events), "ignored": result.ignored, "dead_lettered": len(result.rejected)}
    )
    malformed = any(rejected.malformed for rejected in result.rejected)
    return Expected(
        status=400 if malformed else 202 if result.rejected else accepted_status,
        counts=counts,
        events=frozenset((event.source, event.id) for record in result.events for event in record),
        letters=frozenset(str(rejected.letter.fingerprint) for rejected in result.rejected),
    )


def checked(kind: RecordKind, body: bytes) -> Translated:
    """The translation of a body, every part of it fit to be stored and read again. Raises Fault."""
    began = time.process_time()
    try:
        result = translate_body(kind, body, CONTEXT)
    except Exception as error:
        raise Fault(f"{kind.name}: translating raised {error!r}") from error
    if (took := time.process_time() - began) > MOST_SECONDS:
        raise Fault(f"{kind.name}: translating {len(body)} bytes took {took:.1f} s of a processor")
    for rejected in result.rejected:
        if rejected.letter.reason.startswith("translator fault"):
            raise Fault(f"{kind.name}: {rejected.letter.reason} in place of a reason")
        _storable(kind, rejected.letter.reason + rejected.where)
    for record in result.events:
        for event in record:
            _sound(kind, event)
    return result


def _sound(kind: RecordKind, event: Event) -> None:
    if not event.id or not event.subject:
        raise Fault(f"{kind.name}: an event without an id or a subject")
    if not any(type(event) in topic.event_types for topic in kind.topics):
        raise Fault(f"{kind.name}: {type(event).__name__} travels on none of its topics")
    try:
        written = msgspec.json.encode(event)
        again = msgspec.json.decode(written, type=type(event))
    except (UnicodeEncodeError, msgspec.MsgspecError) as error:
        raise Fault(f"{kind.name}: an event that cannot be written and read: {error!r}") from error
    if again != event:
        raise Fault(f"{kind.name}: an event that is read otherwise than it was written")
    _storable(kind, written.decode())
    if b"\\u0000" in written:
        raise Fault(f"{kind.name}: a NUL, which PostgreSQL refuses, in an event")


def _storable(kind: RecordKind, words: str) -> None:
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise Fault(f"{kind.name}: words that are no UTF-8: {error}") from error
    if "\x00" in words:
        raise Fault(f"{kind.name}: a NUL in words that are stored as text")
