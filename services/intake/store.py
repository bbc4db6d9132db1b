"""What intake keeps beside the event log's tables: positions of polled lists, and single dead letters to replay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from services.database.pool import Connection
from services.database.statements import load_statements

_SQL = load_statements(__file__, "store.sql")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter with its bytes."""

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


async def position(connection: Connection, feed: str) -> Mapping[str, str] | None:
    """How far a feed was read, or None if it never was."""
    found: Mapping[str, str] | None = await connection.fetchval(_SQL["position"], feed)
    return found


async def move(connection: Connection, feed: str, to: Mapping[str, str]) -> None:
    """Store how far a feed was read: in the transaction of the events up to there."""
    await connection.execute(_SQL["move"], feed, dict(to))


async def hold(connection: Connection, feed: str) -> bool:
    """Become the only one who reads this feed, for as long as the connection lives. False if another does."""
    return bool(await connection.fetchval(_SQL["hold"], feed))


async def release(connection: Connection, feed: str) -> None:
    """Let another read the feed."""
    await connection.execute(_SQL["release"], feed)


async def letter(connection: Connection, fingerprint: UUID) -> Letter | None:
    """A dead letter, locked for this transaction."""
    row = await connection.fetchrow(_SQL["letter"], fingerprint)
    return Letter(**dict(row)) if row is not None else None


async def settle(connection: Connection, fingerprint: UUID, how: Literal["replayed", "discarded"]) -> bool:
    """Close an open letter; False if it is closed already, or not there."""
    return bool(await connection.fetchval(_SQL["settle"], fingerprint, how))


async def still_dead(connection: Connection, fingerprint: UUID, reason: str) -> None:
    """Note why a replay did not work either."""
    await connection.execute(_SQL["still_dead"], fingerprint, reason)
