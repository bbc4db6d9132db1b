"""The dead-letter store: what could not be applied, byte for byte, with its reason, replayable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from services.database.pool import Connection

_KEEP = """
INSERT INTO dead_letters (fingerprint, source, reason, body, context)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::jsonb[])
ON CONFLICT (fingerprint) DO UPDATE
SET seen = dead_letters.seen + 1, last_seen = now(), reason = excluded.reason,
    settled_at = NULL, settled_as = NULL
"""

_LIST = """
SELECT fingerprint, source, reason, first_seen, last_seen, seen, length(body) AS size
FROM dead_letters
WHERE settled_at IS NULL AND ($1::text IS NULL OR source = $1)
ORDER BY last_seen DESC, fingerprint
LIMIT $2
"""

_FIND = """
SELECT fingerprint, source, reason, body, context, first_seen, last_seen, seen, settled_at, settled_as
FROM dead_letters
WHERE fingerprint = $1
FOR UPDATE
"""

_STILL_DEAD = "UPDATE dead_letters SET reason = $2, last_seen = now() WHERE fingerprint = $1"

_SETTLE = """
UPDATE dead_letters SET settled_at = now(), settled_as = $2
WHERE fingerprint = $1 AND settled_at IS NULL
RETURNING 1
"""


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
    """A dead letter with its bytes and its story."""

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


async def keep(connection: Connection, letters: Sequence[DeadLetter]) -> None:
    """Store letters; one that is stored already is counted again."""
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


async def find(connection: Connection, fingerprint: UUID) -> Stored | None:
    """A letter whole, settled or not, locked for this transaction; None if there is none."""
    row = await connection.fetchrow(_FIND, fingerprint)
    return None if row is None else Stored(**dict(row))


async def settle(connection: Connection, fingerprint: UUID, how: Literal["replayed", "discarded"]) -> bool:
    """Mark an open letter as dealt with; False if there is no such open letter. Its bytes stay."""
    return await connection.fetchval(_SETTLE, fingerprint, how) is not None


async def still_dead(connection: Connection, fingerprint: UUID, reason: str) -> None:
    """Note why a replay did not work either."""
    await connection.execute(_STILL_DEAD, fingerprint, _storable(reason))
