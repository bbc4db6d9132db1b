"""Making translated records safe: dedupe, outgoing events and dead letters, in the caller's one transaction."""

from __future__ import annotations

import dataclasses
from uuid import UUID

from schemas.envelope import Event
from services.database.pool import Connection
from services.eventlog import dead_letters, inbox, outbox
from services.intake.measures import CLAMPED, OUTCOMES, RECEIVED
from services.intake.translation import Translated

SET_SIZE = 2_000
"""Events a statement carries: large enough that a statement's own cost is small, small enough for memory."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A record that lies in the dead letters."""

    fingerprint: UUID
    reason: str
    where: str
    malformed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a set of records. Holds true once the transaction is committed."""

    source: str
    accepted: int
    repeated: int
    ignored: int
    kept: tuple[Kept, ...]
    clamped: int

    def count(self) -> None:
        """Add to the counters. To be called after the commit, never before."""
        RECEIVED.labels(self.source).inc(self.accepted + self.repeated + self.ignored + len(self.kept))
        for outcome, number in (
            ("accepted", self.accepted),
            ("repeated", self.repeated),
            ("ignored", self.ignored),
            ("dead_lettered", len(self.kept)),
        ):
            if number:
                OUTCOMES.labels(self.source, outcome).inc(number)
        if self.clamped:
            CLAMPED.labels(self.source).inc(self.clamped)


async def admit(connection: Connection, translated: Translated) -> Receipt:
    """Write what is new of `translated`; a record is repeated if none of its events is new."""
    events = [event for record in translated.events for event in record]
    topic_of = {kind: topic for topic in translated.kind.topics for kind in topic.event_types}
    fresh: set[int] = set()
    for start in range(0, len(events), SET_SIZE):
        new: list[Event] = await inbox.accept(connection, events[start : start + SET_SIZE])
        await outbox.append(connection, [(topic_of[type(event)], event) for event in new])
        fresh.update(map(id, new))
    accepted = sum(any(id(event) in fresh for event in record) for record in translated.events)
    await dead_letters.keep(connection, [rejected.letter for rejected in translated.rejected])
    return Receipt(
        source=translated.kind.source,
        accepted=accepted,
        repeated=len(translated.events) - accepted,
        ignored=translated.ignored,
        kept=tuple(
            Kept(each.letter.fingerprint, each.letter.reason, each.where, each.malformed)
            for each in translated.rejected
        ),
        clamped=translated.clamped,
    )
