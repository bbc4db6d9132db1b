"""What intake keeps beside the event log's tables: how far each polled list was read, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping

from services.database.pool import Connection
from services.database.statements import load_statements

_SQL = load_statements(__file__, "store.sql")


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
