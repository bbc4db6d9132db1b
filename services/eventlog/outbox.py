"""Outgoing events: written beside the state they follow from, in one transaction; the relay publishes them later."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.envelope import Event
from schemas.topics import Topic
from services.database.pool import Connection

Outgoing = tuple[Topic, Event]
"""An event and the topic it goes out on; its subject is its key."""

Published = tuple[str, str, bytes]
"""An event as it stood on the log: the topic without the deployment's prefix, its key, its bytes."""

NOTIFY_CHANNEL = "outbox"

_APPEND = """
INSERT INTO outbox (topic, key, event)
SELECT topic, key, event
FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY AS written(topic, key, event, place)
ORDER BY place
"""

_encoder = msgspec.json.Encoder()


async def append(connection: Connection, outgoing: Sequence[Outgoing]) -> None:
    """Add events to the outbox of the connection's service and wake its relay when the transaction commits."""
    if not outgoing:
        return
    await connection.execute(
        _APPEND,
        [topic.name for topic, _ in outgoing],
        [event.subject for _, event in outgoing],
        [_encoder.encode(event) for _, event in outgoing],
    )
    await connection.execute("SELECT pg_notify($1, current_schema())", NOTIFY_CHANNEL)


async def append_again(connection: Connection, published: Sequence[Published]) -> None:
    """Add what was on the log before, byte for byte: whoever applied it then knows it by its id and ignores it."""
    if published:
        topics, keys, events = zip(*published, strict=True)
        await connection.execute(_APPEND, topics, keys, events)
        await connection.execute("SELECT pg_notify($1, current_schema())", NOTIFY_CHANNEL)
