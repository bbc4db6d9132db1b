"""Trying dead letters again, once the cause was mended: the end is as if it had worked at first.

A record is translated again; its own time and ids, and the moment it was heard, go into its events, so that a replay
neither turns newer facts back nor counts twice. An event that a service could not apply is put on the log again, byte
for byte: that service never took it into its inbox and applies it now, every other knows it and ignores it.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.topics import DEFAULT_PREFIX, TOPICS
from services.clock import Clock
from services.database.pool import Connection
from services.database.schema import look_in
from services.eventlog import dead_letters, outbox
from services.eventlog.dead_letters import Stored
from services.eventlog.decoding import EventReader
from services.eventlog.outbox import Published
from services.intake.admission import Receipt, admit
from services.intake.doors import RECORD_KINDS
from services.intake.imports.letters import kinds_of_letters
from services.intake.translation import HEARD_AT, Context, RecordKind, Translated, translate_body

OWN_SCHEMA = "intake"
FROM_LOG = "log:"
"""What the source of a letter begins with that was an event; the topic follows."""


@dataclasses.dataclass(slots=True)
class Replayed:
    """What became of letters: `settled` are dealt with, and `accepted`, `repeated`, `ignored` count their records.

    `sent_again` are the events among the settled: whether they apply now shows a moment later. `still_dead` says why
    the others are not.
    """

    settled: int = 0
    accepted: int = 0
    repeated: int = 0
    ignored: int = 0
    sent_again: int = 0
    still_dead: dict[UUID, str] = dataclasses.field(default_factory=dict)
    receipts: list[Receipt] = dataclasses.field(default_factory=list)

    def add(self, other: Replayed) -> None:
        """Count another set's letters too."""
        self.settled += other.settled
        self.accepted += other.accepted
        self.repeated += other.repeated
        self.ignored += other.ignored
        self.sent_again += other.sent_again
        self.still_dead |= other.still_dead
        self.receipts += other.receipts

    def count(self) -> None:
        """Add to intake's counters. To be called after the commit, never before."""
        for receipt in self.receipts:
            receipt.count()
        self.receipts.clear()


class Replay:
    """Tries letters again. `units` is what translations know of the directory; `topic_prefix` the deployment's."""

    def __init__(self, clock: Clock, units: Mapping[str, str], topic_prefix: str = DEFAULT_PREFIX) -> None:
        self._clock = clock
        self._units = units
        self._prefix = topic_prefix
        self._topics = {topic.name for topic in TOPICS}
        self._reader = EventReader(TOPICS)

    async def replay(self, connection: Connection, service: str, letters: Sequence[Stored]) -> Replayed:
        """Try these open letters of a service's store in the caller's transaction, which may be of any schema.

        Settles those that work. What was one extract may fall into rows: those that are bad become letters of their
        own. A reason that is a new one is stored with its letter.
        """
        await look_in(connection, OWN_SCHEMA)
        result = Replayed()
        reasons: dict[UUID, str] = {}
        events = [letter for letter in letters if letter.source.startswith(FROM_LOG)]
        await outbox.append_again(connection, list(self._published(events, result)))
        for kind_name in sorted({letter.source for letter in letters} - {letter.source for letter in events}):
            of_kind = [letter for letter in letters if letter.source == kind_name]
            reasons |= await self._translate_again(connection, kind_name, of_kind, result)
        await look_in(connection, service)
        dead = result.still_dead.keys()
        result.settled = len(
            await dead_letters.settle(
                connection, [x.fingerprint for x in letters if x.fingerprint not in dead], "replayed"
            )
        )
        if reasons:
            await dead_letters.still_dead(connection, reasons)
        return result

    def _published(self, letters: Iterable[Stored], result: Replayed) -> Iterable[Published]:
        for letter in letters:
            topic = letter.source.removeprefix(FROM_LOG).removeprefix(self._prefix)
            if topic not in self._topics:
                result.still_dead[letter.fingerprint] = f"there is no topic {topic!r} to send it to again"
                continue
            try:
                self._reader.read(topic, letter.body)
            except msgspec.MsgspecError as error:
                why = f"its bytes are no event of {topic}, so that sending it again would change nothing: {error}"
                result.still_dead[letter.fingerprint] = why
                continue
            result.sent_again += 1
            yield topic, letter.context.get("key", ""), letter.body

    async def _translate_again(
        self, connection: Connection, kind_name: str, letters: Sequence[Stored], result: Replayed
    ) -> dict[UUID, str]:
        """Admit what can be translated now; the new reasons of those that cannot."""
        kinds = await _kinds(connection, kind_name, letters)
        if not kinds:
            why = f"nothing here translates letters of {kind_name!r}"
            result.still_dead |= {letter.fingerprint: why for letter in letters}
            return {}
        together = Translated(kinds[0])
        reasons: dict[UUID, str] = {}
        # A set may hold large extracts: they are cut and translated beside the event loop.
        for letter, translated in await asyncio.to_thread(self._translate, kinds, letters):
            own = (each.letter for each in translated.rejected if each.letter.fingerprint == letter.fingerprint)
            if (again := next(own, None)) is not None:
                reasons[letter.fingerprint] = again.reason
                continue
            together.events += translated.events
            together.ignored += translated.ignored
            together.rejected += translated.rejected
            together.clamped += translated.clamped
        receipt = await admit(connection, together)
        result.accepted += receipt.accepted
        result.repeated += receipt.repeated
        result.ignored += receipt.ignored
        result.receipts.append(receipt)
        result.still_dead |= reasons
        return reasons

    def _translate(self, kinds: Sequence[RecordKind], letters: Sequence[Stored]) -> list[tuple[Stored, Translated]]:
        return [
            (letter, translate_body(kind, letter.body, self._context(letter), stood=letter.context.get("record", "")))
            for kind, letter in zip(kinds, letters, strict=True)
        ]

    def _context(self, letter: Stored) -> Context:
        # A letter that was kept before this was noted is translated as of now.
        heard = letter.context.get(HEARD_AT)
        return Context(datetime.fromisoformat(heard) if heard else self._clock.now(), self._units)


async def _kinds(connection: Connection, kind_name: str, letters: Sequence[Stored]) -> Sequence[RecordKind]:
    """What translates each of these letters, all filed under one name; none if nothing does."""
    # Beside the event loop: a mapping that a file holds is read for it.
    if (kind := await asyncio.to_thread(RECORD_KINDS.get, kind_name)) is not None:
        return [kind] * len(letters)
    return await kinds_of_letters(connection, kind_name, letters)
