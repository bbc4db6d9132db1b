"""The dead-letter store: what could not be applied, byte for byte, with its reason, replayable.

Its dates are real time, as the database has it: how long nobody has looked does not depend on a scenario. A letter that
is settled is forgotten some time later: its bytes and context go, for they may hold personal data; that it was there,
why, when, and what became of it stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from services.database.pool import Connection

# An open letter keeps what it was first kept with; one that was settled begins anew, and is whole again if forgotten.
_KEEP = """
INSERT INTO dead_letters (fingerprint, source, reason, body, context)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::jsonb[])
ON CONFLICT (fingerprint) DO UPDATE
SET seen = dead_letters.seen + 1, last_seen = now(), reason = excluded.reason,
    body = CASE WHEN dead_letters.forgotten_at IS NULL THEN dead_letters.body ELSE excluded.body END,
    context = CASE WHEN dead_letters.settled_at IS NULL THEN dead_letters.context ELSE excluded.context END,
    settled_at = NULL, settled_as = NULL, forgotten_at = NULL
"""

_LIST = """
SELECT fingerprint, source, reason, first_seen, last_seen, seen, length(body) AS size
FROM dead_letters
WHERE settled_at IS NULL AND ($1::text IS NULL OR source = $1)
ORDER BY last_seen DESC, fingerprint
LIMIT $2
"""

_LOCK = """
SELECT fingerprint, length(body) AS size
FROM dead_letters
WHERE settled_at IS NULL AND fingerprint > $1
  AND ($2::text IS NULL OR source = $2)
  AND ($3::text IS NULL OR eventlog.reason_key(source, reason) = $3)
  AND ($4::text IS NULL OR strpos(lower(reason), lower($4)) > 0)
ORDER BY fingerprint
LIMIT $5
FOR UPDATE SKIP LOCKED
"""

_STORED = (
    "fingerprint, source, reason, body, context, first_seen, last_seen, seen, settled_at, settled_as, forgotten_at"
)
_FIND = f"SELECT {_STORED} FROM dead_letters WHERE fingerprint = $1 FOR UPDATE"  # noqa: S608 - our own column names
_READ = f"SELECT {_STORED} FROM dead_letters WHERE fingerprint = ANY ($1::uuid[]) ORDER BY fingerprint"  # noqa: S608 - as above

_STILL_DEAD = """
UPDATE dead_letters AS d SET reason = told.reason
FROM unnest($1::uuid[], $2::text[]) AS told (fingerprint, reason)
WHERE d.fingerprint = told.fingerprint
"""

_SETTLE = """
UPDATE dead_letters SET settled_at = now(), settled_as = $2
WHERE fingerprint = ANY ($1::uuid[]) AND settled_at IS NULL
RETURNING fingerprint
"""

_FORGET = """
WITH overdue AS (
    SELECT fingerprint FROM dead_letters
    WHERE settled_at < $1 AND forgotten_at IS NULL
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), forgotten AS (
    UPDATE dead_letters AS d SET body = '', context = '{}', forgotten_at = now()
    FROM overdue WHERE d.fingerprint = overdue.fingerprint
    RETURNING 1
)
SELECT count(*) FROM forgotten
"""

FORGET_AT_ONCE = 1000
NONE_YET = UUID(int=0)
"""Where a walk over letters begins."""


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that could not be applied. `context` holds what a replay needs (topic, key, headers)."""

    source: str
    reason: str
    body: bytes
    context: Mapping[str, str] = {}

    @property
    def fingerprint(self) -> UUID:
        """The same for the same bytes from the same source, so that repeats are counted, not stored."""
        return UUID(bytes=hashlib.blake2b(self.source.encode() + b"\n" + self.body, digest_size=16).digest())


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter as an operator sees it, without its bytes."""

    fingerprint: UUID
    source: str
    reason: str
    first_seen: datetime
    last_seen: datetime
    seen: int
    size: int


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter with its bytes and its story. A forgotten one has neither body nor context any more."""

    fingerprint: UUID
    source: str
    reason: str
    body: bytes
    context: Mapping[str, str]
    first_seen: datetime
    last_seen: datetime
    seen: int
    settled_at: datetime | None
    settled_as: str | None
    forgotten_at: datetime | None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which open letters are meant: of a source, of one reason in common (its key), with these words in the reason."""

    source: str | None = None
    reason_key: str | None = None
    words: str | None = None


class Locked(NamedTuple):
    """An open letter that is this transaction's; `size` in bytes."""

    fingerprint: UUID
    size: int


async def keep(connection: Connection, letters: Sequence[DeadLetter]) -> None:
    """Store letters; one that is stored already is counted again, and open again."""
    distinct = {letter.fingerprint: letter for letter in letters}
    if distinct:
        await connection.execute(
            _KEEP,
            list(distinct),
            [letter.source for letter in distinct.values()],
            [_storable(letter.reason) for letter in distinct.values()],
            [letter.body for letter in distinct.values()],
            [{name: _storable(value) for name, value in letter.context.items()} for letter in distinct.values()],
        )


def _storable(text: str) -> str:
    # PostgreSQL's text has no NUL; a letter that could not be stored would stop everything behind it.
    return text.replace("\x00", "\ufffd")


async def list_open(connection: Connection, *, source: str | None = None, limit: int = 100) -> list[Listed]:
    """Letters that nobody has settled, the latest first."""
    return [Listed(**dict(row)) for row in await connection.fetch(_LIST, source, limit)]


async def lock_open(connection: Connection, choice: Choice, *, after: UUID, limit: int) -> list[Locked]:
    """The next open letters by fingerprint, locked for this transaction; those that another holds are left out."""
    rows = await connection.fetch(_LOCK, after, choice.source, choice.reason_key, choice.words, limit)
    return [Locked(row["fingerprint"], row["size"]) for row in rows]


async def find(connection: Connection, fingerprint: UUID) -> Stored | None:
    """A letter whole, settled or not, locked for this transaction; None if there is none."""
    row = await connection.fetchrow(_FIND, fingerprint)
    return None if row is None else Stored(**dict(row))


async def read(connection: Connection, fingerprints: Sequence[UUID]) -> list[Stored]:
    """Letters whole, by fingerprint."""
    return [Stored(**dict(row)) for row in await connection.fetch(_READ, fingerprints)]


async def settle(
    connection: Connection, fingerprints: Sequence[UUID], how: Literal["replayed", "discarded"]
) -> set[UUID]:
    """Mark open letters as dealt with; answers those that were open. Their bytes stay until they are forgotten."""
    return {row["fingerprint"] for row in await connection.fetch(_SETTLE, fingerprints, how)}


async def still_dead(connection: Connection, reasons: Mapping[UUID, str]) -> None:
    """Note why a replay did not work either."""
    await connection.execute(_STILL_DEAD, list(reasons), [_storable(reason) for reason in reasons.values()])


async def forget(connection: Connection, before: datetime, *, limit: int = FORGET_AT_ONCE) -> int:
    """Empty body and context of letters settled before then (real time), `limit` at most; answers how many.

    Open letters are never touched: nothing that arrived is lost.
    """
    forgotten: int = await connection.fetchval(_FORGET, before, limit)
    return forgotten
