"""Noticing that a source has gone silent, or that dead letters grow: intake says how its sources stand.

Each process writes what it heard (in memory until then, so that a delivery costs nothing) and one of them at a time
measures: last words, and what lies open in the dead letters of every service. It tells what is news, in one
transaction with the note that it was told. Whether it is alarming is for watch to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
import msgspec
import structlog

from schemas.topics import SOURCE_HEALTH
from services.clock import Clock
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.database.statements import load_statements
from services.eventlog import outbox
from services.intake.measures import LastWords
from services.intake.standing.measuring import Measured, is_news, tell
from services.lifecycle import OwnedTasks

EVERY_SECONDS = 5.0
LET_GO_AFTER = timedelta(minutes=10)
"""A source that no process has had for so long (real time) is off."""

PASSING: tuple[type[BaseException], ...] = (*TEMPORARY_ERRORS, asyncpg.PostgresError)
"""After these the next measurement is simply a later one."""

_SQL = load_statements(__file__, "standing.sql")

_NOTHING_YET: Mapping[str, Any] = {
    "configured_at": None,
    "last_heard_at": None,
    "silent_after_seconds": None,
    "sequence": 0,
    "told": None,
    "told_ago": None,
}
"""The row of a source, or a service, of which there are only dead letters."""

log = structlog.stdlib.get_logger()


class _Letters(NamedTuple):
    """Open letters of one source, or of one other service."""

    number: int = 0
    oldest: datetime | None = None
    age: timedelta | None = None


class Standing:
    """Measures every few real seconds for as long as it runs.

    `silent_after` holds the sources this process has, and how long each may be silent in business time (None: for as
    long as it likes). `source_of` tells from what a dead letter of intake is filed under whose it is.
    """

    def __init__(
        self,
        pool: Callable[[], Pool],
        clock: Clock,
        last_words: LastWords,
        silent_after: Mapping[str, timedelta | None],
        source_of: Callable[[str], str],
        *,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._last_words = last_words
        self._silent_after = dict(sorted(silent_after.items()))
        self._source_of = source_of
        self._every_seconds = every_seconds
        self._tasks = OwnedTasks("intake standing")

    async def start(self) -> None:
        """Begin measuring."""
        self._tasks.start(self._run(), "measure")

    async def stop(self) -> None:
        """Stop. What was heard since the last time is lost, and is heard again soon."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while it measures."""
        return not self._tasks.failed.is_set()

    async def _run(self) -> None:
        while True:
            try:
                await self.measure()
            except PASSING as error:
                log.warning("how sources stand is measured later", error=repr(error))
            await asyncio.sleep(self._every_seconds)

    async def measure(self) -> int:
        """Write what was heard, and tell how sources stand; answers of how many. Nothing while another process does."""
        now = self._clock.now()
        async with self._pool().acquire() as connection:
            await self._claim(connection, now)
            async with connection.transaction():
                if not await connection.fetchval(_SQL["try_measuring"]):
                    return 0
                await connection.execute(_SQL["let_go"], LET_GO_AFTER)
                return await self._tell(connection, now)

    async def _claim(self, connection: Connection, now: datetime) -> None:
        heard = self._last_words.news()
        rows = await connection.fetch(
            _SQL["claim_sources"],
            list(self._silent_after),
            [None if after is None else round(after.total_seconds()) for after in self._silent_after.values()],
            [heard.get(source) for source in self._silent_after],
            now,
        )
        self._last_words.recall({row["source"]: at for row in rows if (at := row["last_heard_at"]) is not None})

    async def _tell(self, connection: Connection, now: datetime) -> int:
        rows = {row["source"]: dict(row) for row in await connection.fetch(_SQL["sources"])}
        letters = await self._open_letters(connection)
        told: list[tuple[str, int, object]] = []
        events: list[outbox.Outgoing] = []
        for source in sorted(rows.keys() | letters.keys()):
            row: Mapping[str, Any] = rows.get(source, _NOTHING_YET)
            lying = letters.get(source, _Letters())
            measured = Measured(
                at=now,
                configured_at=row["configured_at"],
                last_heard_at=row["last_heard_at"],
                silent_after_seconds=row["silent_after_seconds"],
                open_dead_letters=lying.number,
                oldest=lying.oldest,
            )
            before = msgspec.convert(row["told"], Measured) if row["told"] else None
            if not is_news(measured, before, row["told_ago"]):
                continue
            sequence = row["sequence"] + 1
            told.append((source, sequence, msgspec.to_builtins(measured)))
            events.append((SOURCE_HEALTH, tell(source, sequence, measured, lying.age)))
        if told:
            await connection.execute(_SQL["told"], *map(list, zip(*told, strict=True)))
            await outbox.append(connection, events)
        return len(events)

    async def _open_letters(self, connection: Connection) -> dict[str, _Letters]:
        letters: dict[str, _Letters] = {}
        for row in await connection.fetch(_SQL["open_letters"]):
            # Letters of other services are events: what matters is who cannot apply them.
            source = self._source_of(row["source"]) if row["service"] == "intake" else row["service"]
            known = letters.get(source, _Letters())
            longest = known if (known.age or timedelta()) > row["age"] else _Letters(0, row["oldest"], row["age"])
            letters[source] = longest._replace(number=known.number + row["letters"])
        return letters
