"""`python -m deploy.local.simulator --scenario metropolitan --port 8090`: the vendors, until interrupted."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path
from typing import Annotated

import rich.console
import typer

from deploy.local.scenarios.scenario import FOLDER, ScenarioError
from deploy.local.simulator.display import show_fill
from deploy.local.simulator.settings import Settings
from deploy.local.simulator.simulator import Simulator
from deploy.local.simulator.state import StateError


def main(
    scenario: Annotated[str, typer.Option(help="a scenario's name, or the path of its file")] = "borough",
    port: Annotated[int, typer.Option(help="the port of the vendors' stand-ins; 0 takes a free one")] = 8090,
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
) -> None:
    """Play the vendors of a scenario. Everything else comes from the environment."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    path = Path(scenario) if scenario.endswith(".yaml") else FOLDER / f"{scenario}.yaml"
    console = rich.console.Console()
    try:
        asyncio.run(_play(Simulator(path, Settings(), host=host, port=port), console))
    except (ScenarioError, StateError, OSError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error


async def _play(simulator: Simulator, console: rich.console.Console) -> None:
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted.set)
    await simulator.start()
    console.print(f"{simulator.scenario.scenario.title}: vendors at {simulator.url}", highlight=False, soft_wrap=True)
    showing = asyncio.create_task(show_fill(simulator.progress, console))
    playing = asyncio.create_task(simulator.wait())
    stopping = asyncio.create_task(interrupted.wait())
    try:
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
            await stopping  # the stand-ins still answer after a fill without live events
    finally:
        for task in (showing, playing, stopping):
            task.cancel()
        await asyncio.gather(showing, playing, stopping, return_exceptions=True)
        await simulator.stop()


if __name__ == "__main__":
    typer.run(main)
