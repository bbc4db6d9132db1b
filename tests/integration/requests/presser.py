"""One person at one of two replicas of the bot, pressing Approve whenever told to. A process of its own.

python -m tests.integration.requests.presser URL NAME: reads a line of request ids, presses Approve on all of them at
once, and answers a JSON line: for each, whether this press decided, and from when to when it took.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from uuid import UUID

from services.clock import FixedClock
from services.database.pool import open_pool
from services.requests.commands import Requests
from tests.fixtures.finance import NOW
from tests.fixtures.people import small_directory, viewer

AT_ONCE = 10


async def main(database_url: str, name: str) -> None:
    pool = await open_pool(database_url, "requests", size=AT_ONCE)
    requests = Requests(pool, FixedClock(NOW), small_directory())
    who = viewer(name)

    async def press(request_id: str) -> tuple[bool, float, float]:
        began = time.monotonic()
        decision = await requests.approve(who, UUID(request_id), idempotency_key=f"{name}/{request_id}")
        return decision.decided_now, began, time.monotonic()

    def answer(words: str) -> None:
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()

    answer("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        answer(json.dumps(await asyncio.gather(*map(press, line.split()))))
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
