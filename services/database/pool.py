"""A service's connections. Each sees its own schema first, so that the event log's tables need no qualification."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import structlog

from services.errors import TryAgain

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]
else:
    Pool = asyncpg.Pool
    Connection = Any

log = structlog.stdlib.get_logger()

TEMPORARY_ERRORS: tuple[type[BaseException], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    TryAgain,
)
"""What passes by itself: the same work may be tried again unchanged. To be asked by way of `passes_by_itself`."""


def passes_by_itself(error: BaseException) -> bool:
    """Whether the same work, tried again unchanged, may succeed.

    asyncpg counts a value that does not fit its column (DataError) among interface errors, as it does a lost
    connection; but that value will never fit.
    """
    return isinstance(error, TEMPORARY_ERRORS) and not isinstance(error, asyncpg.DataError)


async def open_pool(database_url: str, schema: str, *, size: int = 4, wait_seconds: float = 30.0) -> Pool:
    """Open a pool whose connections look in `schema` first. Waits for a database that is still starting."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + wait_seconds
    pause = 0.1
    while True:
        try:
            return await asyncpg.create_pool(
                database_url,
                min_size=1,
                max_size=size,
                init=_prepare,
                server_settings={
                    "search_path": schema,
                    "application_name": f"quartermaster {schema}",
                    # Our statements touch a few thousand scattered rows of big tables, on disks without a needle.
                    "random_page_cost": "1.1",
                    "jit": "off",
                },
                command_timeout=60,
            )
        except TEMPORARY_ERRORS as error:
            if loop.time() > give_up:
                raise
            log.warning("database not reachable yet", schema=schema, error=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
