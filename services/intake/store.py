"""What intake keeps beside the event log's tables: how far each polled list was read, and who reads it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping

from services.database.pool import Connection, Pool
from services.database.statements import load_statements

_SQL = load_statements(__file__, "store.sql")


async def position(connection: Connection, feed: str) -> Mapping[str, str] | None:
    """How far a feed was read, or None if it never was."""
    found: Mapping[str, str] | None = await connection.fetchval(_SQL["position"], feed)
    return found


async def move(connection: Connection, feed: str, to: Mapping[str, str]) -> None:
    """Store how far a feed was read: in the transaction of the events up to there."""
    await connection.execute(_SQL["move"], feed, dict(to))


@contextlib.asynccontextmanager
async def holding(pool: Pool, name: str) -> AsyncIterator[Connection | None]:
    """A connection on which we are the only one at this work, for as long as it lives; None if another process is."""
    async with pool.acquire() as connection:
        if not await connection.fetchval(_SQL["hold"], name):
            yield None
            return
        try:
            yield connection
        finally:
            # A connection that broke has released the lock by itself.
            if not connection.is_closed():
                await connection.execute(_SQL["release"], name)
