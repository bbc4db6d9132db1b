"""Shows a person how the first fill goes: bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio

import rich.console
import rich.progress

from deploy.local.simulator.progress import Progress

_BETWEEN_LINES = 5.0


async def show_fill(progress: Progress, console: rich.console.Console) -> None:
    """Return when the fill is complete."""
    if console.is_terminal:
        await _bars(progress, console)
    else:
        await _lines(progress, console)
    console.print("first fill complete: every source has been pushed or read to its end")


async def _bars(progress: Progress, console: rich.console.Console) -> None:
    columns = (
        rich.progress.TextColumn("{task.description:18}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
    )
    with rich.progress.Progress(*columns, console=console) as shown:
        tasks = {name: shown.add_task(name, total=bar.total) for name, bar in progress.bars.items()}
        while not progress.complete:
            for name, bar in progress.bars.items():
                shown.update(tasks[name], completed=bar.done)
            await asyncio.sleep(0.2)


async def _lines(progress: Progress, console: rich.console.Console) -> None:
    said = ""
    while not progress.complete:
        line = ", ".join(f"{name} {bar.done:,}/{bar.total:,}" for name, bar in progress.bars.items())
        if line != said:
            console.print(f"first fill: {line}", highlight=False, soft_wrap=True)
            said = line
        await asyncio.sleep(_BETWEEN_LINES)
