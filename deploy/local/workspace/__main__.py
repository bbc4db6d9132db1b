"""`python -m deploy.local.workspace --seed FILE --port N --database FILE` runs one until it is told to
stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.workspace.seed import load_seed
from deploy.local.workspace.server import Workspace


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.workspace", description=__doc__)
    parser.add_argument("--seed", type=Path, required=True, help="YAML file with team, people, channels and apps")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--database", default=":memory:", help="SQLite file; :memory: forgets everything at the end")
    return parser.parse_args(words)


async def run(seed: Path, port: int, database: str) -> None:
    """Serve until SIGINT or SIGTERM. The first line written is the page's address."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with Workspace.start(load_seed(seed), port=port, database=database) as workspace:
        sys.stdout.write(f"workspace: {workspace.url}\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    """The program."""
    given = arguments()
    asyncio.run(run(given.seed, given.port, given.database))


if __name__ == "__main__":
    main()
