"""Dedupe: an event counts for a service the first time its key enters the service's inbox, and never again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from asyncpg.pgproto import pgproto

from schemas.envelope import Event
from services.database.pool import Connection

EventType = TypeVar("EventType", bound=Event)

# Which keys were new is told only where some were not: in ordinary times all are.
_ACCEPT = """
WITH fresh AS (
    INSERT INTO inbox (event_key)
    SELECT key FROM unnest($1::uuid[]) AS key
    ON CONFLICT DO NOTHING
    RETURNING event_key
)
SELECT CASE WHEN count(*) < cardinality($1::uuid[]) THEN coalesce(array_agg(event_key), '{}') END FROM fresh
"""


def event_key(source: str, event_id: str) -> UUID:
    """The 128-bit name under which an inbox remembers an event; the same for every delivery of it."""
    return _uuid(_digest(source, event_id))


def _digest(source: str, event_id: str) -> bytes:
    return hashlib.blake2b(f"{source}\n{event_id}".encode(), digest_size=16).digest()


def _uuid(digest: bytes) -> UUID:
    # asyncpg's own UUID is made ten times as fast as the standard one, and this runs for every event.
    key: UUID = pgproto.UUID(digest)
    return key


async def accept(connection: Connection, events: Sequence[EventType]) -> list[EventType]:
    """Those of `events` never accepted before, in order, each once. Must run in the transaction of their effect.

    Keys are inserted in sorted order, so that two consumers holding the same events after a rebalance wait for each
    other instead of deadlocking.
    """
    digests = [_digest(event.source, event.id) for event in events]
    some_new = await connection.fetchval(_ACCEPT, [_uuid(digest) for digest in sorted(digests)])
    if some_new is None:
        return list(events)
    new = {key.bytes for key in some_new}
    fresh: list[EventType] = []
    for digest, event in zip(digests, events, strict=True):
        if digest in new:
            new.discard(digest)
            fresh.append(event)
    return fresh
