"""What a person does with dead letters: looks at one, replays, discards; one of them, or all of one reason.

Planners and directors only; auditors look. Each is audited, what was refused too. Nothing is done twice: a letter that
is settled stays so, and pressing again says what was done with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal
from uuid import UUID

import msgspec

from schemas.vocabulary import Role
from services.access import audit
from services.access.commanded import commanded
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock
from services.database.pool import Connection, Pool
from services.database.schema import look_in
from services.errors import NotAllowed, NotFound
from services.eventlog import dead_letters
from services.eventlog.dead_letters import NONE_YET, Choice, Locked
from services.intake import queries
from services.intake.doors import units_of
from services.intake.queries import DEALS, LOOKS, LetterView
from services.intake.replay import Replay, Replayed

SET_LETTERS = 500
SET_BYTES = 8 * 1024 * 1024
"""A set is one transaction; its letters are in memory together, so it is bounded by both."""

MOST_AT_ONCE = 20_000
"""So many letters one press deals with."""

How = Literal["replayed", "discarded"]


class Dealt(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: `settled` letters of `tried`. The other numbers are Replayed's, nought after a discard.

    `why` is the reason of one that is still dead; `before` says what had been done already with the one letter that was
    asked for. `more` says that there are letters left that were not tried.
    """

    how: How
    tried: int
    settled: int = 0
    accepted: int = 0
    repeated: int = 0
    ignored: int = 0
    sent_again: int = 0
    still_dead: int = 0
    why: str | None = None
    before: str | None = None
    more: bool = False


class DeadLetters:
    """The commands. `pool` may look in any schema."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory, topic_prefix: str) -> None:
        self._pool = pool
        self._clock = clock
        self._replay = Replay(clock, units_of(directory), topic_prefix)

    async def show(
        self, viewer: Viewer, fingerprint: UUID, *, service: str | None = None, most: int | None = queries.MOST_BYTES
    ) -> LetterView:
        """A letter with the beginning of its bytes, or with all of them. Raises NotAllowed, NotFound."""
        async with self._transaction(viewer, LOOKS, "deadletter show", str(fingerprint)) as connection:
            found = await queries.letters(connection, viewer, fingerprint, service=service, most=most)
            if not found:
                raise _unknown(fingerprint)
            await self._note(connection, viewer, "deadletter show", f"{found[0].service} {fingerprint}")
            return found[0]

    async def replay(self, viewer: Viewer, fingerprint: UUID, *, service: str | None = None) -> Dealt:
        """Try one letter again, wherever it lies. Raises NotAllowed, NotFound."""
        return await self._deal_with_one(viewer, "replayed", fingerprint, service)

    async def discard(self, viewer: Viewer, fingerprint: UUID, *, service: str | None = None) -> Dealt:
        """Settle one letter as not worth applying. Its bytes stay for a while. Raises NotAllowed, NotFound."""
        return await self._deal_with_one(viewer, "discarded", fingerprint, service)

    async def replay_all(
        self, viewer: Viewer, choice: Choice, *, service: str | None = None, most: int | None = MOST_AT_ONCE
    ) -> Dealt:
        """Try all chosen letters again, in sets. Stopped half-way, the rest is open still. Raises NotAllowed."""
        return await self._deal_with_all(viewer, "replayed", choice, service, most)

    async def discard_all(
        self, viewer: Viewer, choice: Choice, *, service: str | None = None, most: int | None = MOST_AT_ONCE
    ) -> Dealt:
        """Settle all chosen letters as not worth applying. Raises NotAllowed."""
        return await self._deal_with_all(viewer, "discarded", choice, service, most)

    async def _deal_with_one(self, viewer: Viewer, how: How, fingerprint: UUID, service: str | None) -> Dealt:
        action = _ACTIONS[how]
        total, tried, before = Replayed(), 0, None
        async with self._transaction(viewer, DEALS, action, str(fingerprint)) as connection:
            homes = [each.service for each in await queries.letters(connection, viewer, fingerprint, service=service)]
            if not homes:
                raise _unknown(fingerprint)
            for home in homes:
                await look_in(connection, home)
                letter = await dead_letters.find(connection, fingerprint)
                if letter is None or letter.settled_as is not None:
                    before = before if letter is None else letter.settled_as
                    continue
                tried += 1
                total.add(await self._deal(connection, home, how, [fingerprint]))
                await self._note(connection, viewer, action, f"{home} {fingerprint}")
        total.count()
        return _dealt(how, tried, total, before=before if not tried else None)

    async def _deal_with_all(
        self, viewer: Viewer, how: How, choice: Choice, service: str | None, most: int | None
    ) -> Dealt:
        action, subject = f"{_ACTIONS[how]} all", _words(choice, service)
        async with self._transaction(viewer, DEALS, action, subject) as connection:
            if service and choice.reason_key:
                group = await queries.letter_group(connection, viewer, service, choice.reason_key)
                subject = f"{service} {group.source}: {group.reason}" if group else subject
            await self._note(connection, viewer, action, subject)
            homes = await queries.stores(connection)
        total, tried = Replayed(), 0
        for home in homes if service is None else [each for each in homes if each == service]:
            after = NONE_YET
            while most is None or tried < most:
                limit = SET_LETTERS if most is None else min(SET_LETTERS, most - tried)
                async with self._pool.acquire() as connection, connection.transaction():
                    await look_in(connection, home)
                    some = _bounded(await dead_letters.lock_open(connection, choice, after=after, limit=limit))
                    if some:
                        total.add(await self._deal(connection, home, how, some))
                if not some:
                    break
                total.count()
                tried += len(some)
                after = some[-1]
        return _dealt(how, tried, total, more=most is not None and tried >= most)

    async def _deal(self, connection: Connection, home: str, how: How, fingerprints: Sequence[UUID]) -> Replayed:
        if how == "replayed":
            return await self._replay.replay(connection, home, await dead_letters.read(connection, fingerprints))
        return Replayed(settled=len(await dead_letters.settle(connection, fingerprints, how)))

    async def _note(self, connection: Connection, viewer: Viewer, action: str, subject: str) -> None:
        await audit.record(connection, self._clock.now(), viewer, action, subject, granted=True)

    @asynccontextmanager
    async def _transaction(
        self, viewer: Viewer, roles: frozenset[Role], action: str, subject: str
    ) -> AsyncIterator[Connection]:
        """One transaction of who has one of `roles`."""
        async with commanded(self._pool, self._clock, viewer, action, subject) as connection:
            if not viewer.has(*roles):
                raise NotAllowed(MAY_LOOK if roles == LOOKS else MAY_DEAL)
            yield connection


MAY_LOOK = "Dead letters are for planners, directors and auditors: they may hold anything that another system sent."
MAY_DEAL = "Only planners and directors replay or discard dead letters."
_ACTIONS: dict[How, str] = {"replayed": "deadletter replay", "discarded": "deadletter discard"}


def _bounded(locked: Sequence[Locked]) -> list[UUID]:
    """As many of them as fit into memory together, one at least."""
    some: list[UUID] = []
    size = 0
    for each in locked:
        size += each.size
        if some and size > SET_BYTES:
            break
        some.append(each.fingerprint)
    return some


def _dealt(how: How, tried: int, total: Replayed, *, before: str | None = None, more: bool = False) -> Dealt:
    return Dealt(
        how=how,
        tried=tried,
        settled=total.settled,
        accepted=total.accepted,
        repeated=total.repeated,
        ignored=total.ignored,
        sent_again=total.sent_again,
        still_dead=len(total.still_dead),
        why=next(iter(total.still_dead.values()), None),
        before=before,
        more=more,
    )


def _words(choice: Choice, service: str | None) -> str:
    named = {"service": service, **msgspec.structs.asdict(choice)}
    return ", ".join(f"{name} {value}" for name, value in named.items() if value) or "every open letter"


def _unknown(fingerprint: UUID) -> NotFound:
    return NotFound(f"There is no dead letter {fingerprint}; ask for the list of those that are open.")
