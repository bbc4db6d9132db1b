"""Being told that a list has changed, and reading it then instead of at the next turn.

What a notification says is not taken for a fact; it only wakes whoever reads the truth. A wake lies in the database, so
that any process may take the notification and any other, once, may act on it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import asyncpg

from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.database.statements import load_statements

GLANCE_SECONDS = 5.0
"""Real seconds between two looks at whether somebody called."""

_FAULTS: tuple[type[BaseException], ...] = (*TEMPORARY_ERRORS, asyncpg.PostgresError, asyncpg.InternalClientError)
_SQL = load_statements(__file__, "wakes.sql")


class Wake(NamedTuple):
    """Who is to look now: a feed by name, or an errand. `whole` asks to read from the beginning."""

    feed: str
    whole: bool = False


async def wake(connection: Connection, wakes: Sequence[Wake]) -> None:
    """Call; in the transaction of what the call came with."""
    if wakes:
        await connection.execute(_SQL["wake"], [each.feed for each in wakes], [each.whole for each in wakes])


async def begin(connection: Connection, feed: str) -> int:
    """Begin to read `feed`; its position is dropped if the whole was asked for. What it returns is for `rest`."""
    async with connection.transaction():
        row = await connection.fetchrow(_SQL["woken"], feed)
        if row is None:
            return 0
        if row["whole"]:
            await connection.execute(_SQL["forget_position"], feed)
            await connection.execute(_SQL["begun_anew"], feed)
        times: int = row["times"]
        return times


async def rest(connection: Connection, feed: str, times: int) -> None:
    """All that was called for up to `begin` is done; a call that came since stands."""
    if times:
        await connection.execute(_SQL["rest"], feed, times)


async def sleep_unless_woken(pool: Pool, feed: str, seconds: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Sleep so many real seconds, or until somebody calls."""
    while seconds > 0:
        await sleep(min(GLANCE_SECONDS, seconds))
        seconds -= GLANCE_SECONDS
        if await _is_woken(pool, feed):
            return


async def _is_woken(pool: Pool, feed: str) -> bool:
    try:
        return bool(await pool.fetchval(_SQL["is_woken"], feed))
    except _FAULTS:
        return False  # the work itself will meet the fault and say so
