"""Begins a process for each piece of work, as a restart would, but without paying for the imports every time.

python -m tests.chaos.journey.lives: a JSON line in is a world, the work, its arguments and the moment to die at (0:
none); a JSON line out says how the process ended and what it answered.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
import traceback
from typing import Any

import msgspec

from deploy.composition import SERVICES
from services.lifecycle import settle_garbage_collection
from services.telemetry import configure_logging
from tests.chaos.journey.dying import die_at
from tests.chaos.journey.work import WORK
from tests.chaos.journey.world import World


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One life."""

    world: World
    work: str
    arguments: dict[str, Any]
    dies_at: int


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended: killed, or with an answer, or with an error that is none of ours."""

    killed: bool
    answer: Any = None
    error: str | None = None


def live(task: Task) -> Ended:
    """Run a task in a process of its own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _work(task, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Ended(killed=True)
    return msgspec.json.decode(said, type=Ended)


def _work(task: Task, writing: int) -> None:
    try:
        if task.dies_at:
            die_at(task.dies_at)
        ended = Ended(killed=False, answer=asyncio.run(WORK[task.work](task.world, **task.arguments)))
    except BaseException:
        ended = Ended(killed=False, error=traceback.format_exc())
    os.write(writing, msgspec.json.encode(ended))
    os._exit(0)


def main() -> None:
    """Until nobody asks any more."""
    configure_logging("console", "ERROR")
    for module in SERVICES.values():
        importlib.import_module(module)
    settle_garbage_collection()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(msgspec.json.encode(live(msgspec.json.decode(line, type=Task))).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
