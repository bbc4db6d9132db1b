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

_ACCEPT = """
INSERT INTO inbox (event_key)
SELECT key FROM unnest($1::uuid[]) AS key
ON CONFLICT DO NOTHING
RETURNING event_key
"""


def event_key(source: str, event_id: str) -> UUID:
    """The 128-bit name under which an inbox remembers an event; the same for every delivery of it.

    asyncpg's own UUID is made ten times as fast as the standard one, and this runs for every event.
    """
    key: UUID = pgproto.UUID(hashlib.blake2b(f"{source}\n{event_id}".encode(), digest_size=16).digest())
    return key


async def accept(connection: Connection, events: Sequence[EventType]) -> list[EventType]:
    """Those of `events` never accepted before, in order, each once. Must run in the transaction of their effect.

    Keys are inserted in sorted order, so that two consumers holding the same events after a rebalance wait for each
    other instead of deadlocking.
    """
    by_key = {event_key(event.source, event.id): event for event in reversed(events)}
    rows = await connection.fetch(_ACCEPT, sorted(by_key))
    if len(rows) == len(events):
        return list(events)
    fresh = {row["event_key"] for row in rows}
    return [event for key, event in reversed(by_key.items()) if key in fresh]
