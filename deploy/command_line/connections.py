"""Connections for one command: opened, used, closed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from services.database.pool import Connection, open_pool
from services.settings import Settings, read


@contextlib.asynccontextmanager
async def intake_connection() -> AsyncIterator[Connection]:
    """A connection of intake's schema to the database that the settings name."""
    pool = await open_pool(str(read(Settings).database_url), "intake", size=1)
    try:
        async with pool.acquire() as connection:
            yield connection
    finally:
        await pool.close()
