"""Connections for one command: opened, used, closed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from services.database.pool import Pool, open_pool
from services.settings import DatabaseSettings, read


@contextlib.asynccontextmanager
async def intake_pool() -> AsyncIterator[Pool]:
    """A pool of one connection, of intake's schema, to the database that the settings name."""
    async with pool_of("intake") as pool:
        yield pool


@contextlib.asynccontextmanager
async def pool_of(service: str) -> AsyncIterator[Pool]:
    """A pool of one connection, of a service's schema, to the database that the settings name."""
    pool = await open_pool(str(read(DatabaseSettings).database_url), service, size=1)
    try:
        yield pool
    finally:
        await pool.close()
