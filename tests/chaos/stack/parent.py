"""A little stack that a test interrupts or kills: PostgreSQL, the broker and two children of a supervisor.

    python -m tests.chaos.stack.parent FOLDER calm|stubborn

Prints "up" once all of it works.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from deploy.local.stack.broker import EmbeddedBroker
from deploy.local.stack.interruption import Interruption
from deploy.local.stack.lease import lease
from deploy.local.stack.postgres import EmbeddedPostgres
from deploy.local.stack.processes import ProcessSpec, Supervisor

CALM = "import signal; signal.pause()"
STUBBORN = (
    "import signal\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "while True: signal.pause()\n"
)


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


async def main(folder: Path, manner: str) -> None:
    async with Interruption(say) as interruption, AsyncExitStack() as parts:
        parts.enter_context(lease(folder))

        async def start() -> None:
            await parts.enter_async_context(EmbeddedPostgres(folder / "postgres", durable=False))
            await parts.enter_async_context(EmbeddedBroker(log=folder / "logs" / "broker.log"))
            supervisor = Supervisor(folder / "logs", say)
            parts.push_async_callback(supervisor.stop)
            code = STUBBORN if manner == "stubborn" else CALM
            argv = [sys.executable, "-c", code]
            await supervisor.start([ProcessSpec(name=name, argv=argv) for name in ("one", "two")])

        if await interruption.guard(start()):
            say("up")
            await interruption.asked.wait()
    say("down")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
