"""Commands at the terminal, run as an operator would."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

from deploy.local.demo.plain_text import Line
from deploy.local.demo.stage import Stage

LONGEST_LINE = 100
MOST_LINES = 14


async def quartermaster(stage: Stage, arguments: Sequence[str], shown: Sequence[str]) -> tuple[int, str]:
    """Run `quartermaster` in a process of its own; its exit code and what it said. `shown` is what is told of it."""
    stage.tell.did("An operator", "at the terminal", "a shell", " ".join(("quartermaster", *shown)))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.command_line",
        *arguments,
        env={**os.environ, **stage.addresses.environment, "COLUMNS": str(LONGEST_LINE), "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    words = out.decode()
    lines = [Line(line) for line in words.splitlines() if line.strip()][-MOST_LINES:]
    stage.tell.came(lines, None, f"quartermaster {arguments[0]}")
    return process.returncode or 0, words
