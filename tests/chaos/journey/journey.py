"""The log and the people of a journey: who hears what next, and the same again until a process lives through it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from schemas.topics import Topic
from services.database.pool import Pool
from tests.chaos.journey.door import HOST
from tests.chaos.journey.lives import Ended
from tests.chaos.journey.work import LISTENERS, heard_by
from tests.chaos.journey.world import World

Result = TypeVar("Result")
ROOT = Path(__file__).parents[3]
MOST_LIVES = 60
FOLLOWING = """
SELECT transaction::text AS transaction, position, topic, event FROM {schema}.outbox
WHERE (transaction, position) > ($1::text::xid8, $2::bigint) ORDER BY outbox.transaction, outbox.position
"""
SENDERS = ("desk", "mdm", "bot")
WAITS = {
    "desk": "SELECT EXISTS (SELECT FROM desk.tickets WHERE next_try_at IS NOT NULL)",
    "mdm": "SELECT EXISTS (SELECT FROM mdm.commands WHERE next_try_at IS NOT NULL)",
    "bot": "SELECT EXISTS (SELECT FROM bot.outgoing WHERE state IN ('waiting', 'sending'))",
}
"""Whether a sender has anything to carry: killing one that looks in vain would show nothing."""


class Journey:
    """Does work in processes that are killed at every moment, one later each time, until one comes to its end."""

    def __init__(self, process: Process, pool: Pool, world: World) -> None:
        self._process = process
        self._pool = pool
        self.world = world
        self.kills = 0
        self.lives = 0
        self._topics: Mapping[str, Sequence[Topic]] = {name: heard_by(world, name).topics for name in LISTENERS}
        self._read: dict[tuple[str, str], tuple[str, int]] = {}

    async def command(self, name: str, who: str, **arguments: Any) -> Any:
        """A person's act, begun again after each kill as the bot resumes what Slack sent."""
        return await self._survive("command", {"name": name, "who": who, "arguments": arguments})

    def pass_days(self, days: int) -> None:
        """Whoever begins from now on finds it so many days later."""
        self.world = msgspec.structs.replace(self.world, now=self.world.now + timedelta(days=days))

    async def settle(self, senders: Sequence[str] = SENDERS) -> None:
        """Let everything be heard, and everything that follows from it, and what waits be sent, until nothing waits."""
        while await self._heard_something():
            for name in senders:
                if await self._pool.fetchval(WAITS[name]):
                    await self._survive("send", {"service": name})

    async def at_the_door(
        self, port: int, act: Callable[[], Awaitable[Result]], *, dies_at: int = 0
    ) -> tuple[Result, bool]:
        """What somebody does in Slack while the bot's door stands open; what came of it, and whether the bot died.

        A process that is not to die takes up first what others left unfinished.
        """
        opened: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(lambda _, writer: opened.set_result(writer), HOST, 0)
        until = server.sockets[0].getsockname()[1]
        arguments = {"port": port, "until": until, "resumes": not dies_at}
        living = asyncio.create_task(self._live("door", arguments, dies_at))
        await asyncio.wait((opened, living), return_when=asyncio.FIRST_COMPLETED)
        assert opened.done(), living.result()
        came_of_it = await act()
        opened.result().close()
        server.close()
        ended = await living
        assert ended.error is None, ended.error
        self.kills += ended.killed
        return came_of_it, ended.killed

    async def _heard_something(self) -> bool:
        heard = False
        for name in LISTENERS:
            for source in LISTENERS:
                heard |= await self._hear(name, source)
        return heard

    async def _hear(self, name: str, source: str) -> bool:
        """What a listener has not heard of one service's outbox yet, in its order."""
        place = self._read.get((name, source), ("0", 0))
        rows = await self._pool.fetch(FOLLOWING.format(schema=source), *place)
        if not rows:
            return False
        topics = {topic.name for topic in self._topics[name]}
        records = [(row["topic"], b64encode(row["event"]).decode()) for row in rows if row["topic"] in topics]
        if records:
            await self._survive("hear", {"service": name, "records": records})
        # Only now are the offsets committed: who was killed before is given the batch again.
        self._read[name, source] = (rows[-1]["transaction"], rows[-1]["position"])
        return bool(records)

    async def _survive(self, work: str, arguments: dict[str, Any]) -> Any:
        for dies_at in range(1, MOST_LIVES):
            ended = await self._live(work, arguments, dies_at)
            assert ended.error is None, ended.error
            if not ended.killed:
                return ended.answer
            self.kills += 1
        raise AssertionError(f"{work} of {arguments} never came to its end")

    async def _live(self, work: str, arguments: dict[str, Any], dies_at: int) -> Ended:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.lives += 1
        task = {"world": self.world, "work": work, "arguments": arguments, "dies_at": dies_at}
        self._process.stdin.write(msgspec.json.encode(task) + b"\n")
        await self._process.stdin.drain()
        return msgspec.json.decode(await self._process.stdout.readline(), type=Ended)


@asynccontextmanager
async def journey(pool: Pool, world: World) -> AsyncIterator[Journey]:
    """A journey, with the process that begins its processes."""
    command = (sys.executable, "-m", "tests.chaos.journey.lives")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**24)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield Journey(process, pool, world)
    finally:
        process.kill()
        await process.wait()
