"""`make fuzz`: damaged payloads for long; counts and rates at the end, and the exact bytes of a fault."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog

from deploy.local.stack.postgres import EmbeddedPostgres
from services.database import migrations
from services.database.pool import open_pool
from tests.fuzz.expectation import Fault
from tests.fuzz.running import directly, through_the_door
from tests.fuzz.tally import Tally

SLICE = 10_000


async def main(seed: int, numbers: Sequence[int], by_http: Sequence[int]) -> int:
    """The exit status: 1 after a fault."""
    faults: list[BaseException] = []
    try:
        outcomes = run_directly(seed, numbers)
        tally, seconds = await run_by_http(seed, by_http)
    except* Fault as group:
        faults = list(group.exceptions)
    for fault in faults:
        say(f"FAULT: {fault}")
    if faults:
        return 1
    say(f"straight: {len(numbers)} mutants: {', '.join(f'{n} {name}' for name, n in sorted(outcomes.items()))}")
    say(f"by HTTP to a real server and PostgreSQL: {len(by_http)} mutants, {len(by_http) / seconds:.0f} a second")
    for line in tally.lines():
        say(f"  {line}")
    say(f"fuzz: {len(numbers) + len(by_http)} mutants, no fault (seed {seed})")
    return 0


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run_directly(seed: int, numbers: Sequence[int]) -> Counter[str]:
    """Slice by slice, saying how far it is."""
    outcomes: Counter[str] = Counter()
    for start in range(0, len(numbers), SLICE):
        began = time.monotonic()
        part = numbers[start : start + SLICE]
        outcomes += directly(seed, part)
        say(f"straight: {start + len(part)} done, {len(part) / (time.monotonic() - began):.0f} a second")
    return outcomes


async def run_by_http(seed: int, numbers: Sequence[int]) -> tuple[Tally, float]:
    """On an embedded PostgreSQL of its own, thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder), durable=False)
        await server.start()
        try:
            url = await server.create_database("fuzz")
            await asyncio.to_thread(migrations.apply, url)
            async with await open_pool(url, "intake") as pool:
                began = time.monotonic()
                tally = await through_the_door(pool, seed, numbers)
                return tally, time.monotonic() - began
        finally:
            await server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many mutants, both ways together")
    parser.add_argument("--by-http", type=float, default=0.1, help="the share that goes through a served intake")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other mutants")
    parser.add_argument("--only", type=int, help="this mutant alone, both ways")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if given.only is not None:
        sys.exit(asyncio.run(main(given.seed, [given.only], [given.only])))
    split = given.count - round(given.count * given.by_http)
    sys.exit(asyncio.run(main(given.seed, range(split), range(split, given.count))))
