"""The commands. Each reads its settings, calls one thing, and says in a sentence what went wrong."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from deploy.command_line import custody, dead_letters, imports, mappings, policies
from services.errors import QuartermasterError
from services.settings import Settings, read

program = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Quartermaster: chat-ops for an organisation's devices."
)
program.add_typer(dead_letters.program, name="deadletter")
program.add_typer(custody.program, name="custody")
program.add_typer(mappings.program, name="mapping")
program.add_typer(policies.program, name="policy")
program.command("import")(imports.import_file)
console = Console(stderr=True, highlight=False)


@program.command()
def run(
    services: Annotated[
        list[str], typer.Argument(help="intake, register, requests, refresh, budget, desk, watch, bot; all")
    ],
) -> None:
    """Run one service, several, or all of them, until interrupted."""
    from deploy import composition  # a migration need not import Slack, Faust and matplotlib

    uvloop.run(composition.run(services, read(Settings)))


@program.command()
def migrate(
    after_deploy: Annotated[bool, typer.Option(help="apply what takes away, once no old code runs")] = False,
) -> None:
    """Bring the database to the present shape."""
    from services.database import migrations

    for applied in migrations.apply(str(read(Settings).database_url), after_deploy=after_deploy):
        console.print(f"applied {applied}")


@program.command()
def local(
    scenario: Annotated[str, typer.Option(help="metropolitan, or borough: small, for a quick look")] = "metropolitan",
    speed: Annotated[float, typer.Option(help="scenario seconds a real second; 1440 is a day a minute")] = 1440.0,
    var: Annotated[Path | None, typer.Option(help="where its data is kept, instead of var/", hidden=True)] = None,
) -> None:
    """Start everything on this machine: stack, services, a workspace in the browser, a simulated fleet."""
    from deploy.local.running import VAR, run_local

    sys.exit(asyncio.run(run_local(scenario, speed, var=var or VAR)))


@program.command()
def demo() -> None:
    """Play the whole flow without a keyboard: a fleet arrives, people talk to the bot, every answer is checked."""
    from deploy.local.demo.run import run_demo

    sys.exit(asyncio.run(run_demo()))


def main() -> None:
    """The program. Errors we foresaw are told in a sentence; others keep their trace."""
    try:
        program()
    except QuartermasterError as error:
        console.print(f"[red]quartermaster:[/red] {error}")
        sys.exit(2)
