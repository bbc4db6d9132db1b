"""`make run`: everything on this machine, from the database to the people's page, until Ctrl-C.

Each part is replaced by a real one where the environment names it: `DATABASE_URL`, `KAFKA_BOOTSTRAP_SERVERS`,
`SLACK_BOT_TOKEN` with `SLACK_APP_TOKEN`, `DESK_SYSTEM`, `MDM_INTUNE_TENANT_ID` or `MDM_JAMF_URL`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.panel import Panel

from deploy.local.programs import Programs
from deploy.local.scenarios.scenario import FOLDER, load_scenario
from deploy.local.secrets import LocalSecrets
from deploy.local.stack import broker as embedded_broker
from deploy.local.stack import postgres as embedded_postgres
from deploy.local.stack.broker import EmbeddedBroker
from deploy.local.stack.errors import StackError
from deploy.local.stack.interruption import Interruption
from deploy.local.stack.lease import lease
from deploy.local.stack.ports import usual_or_free
from deploy.local.stack.postgres import EmbeddedPostgres
from deploy.local.stack.processes import ProcessSpec, Supervisor
from deploy.local.workspace_seed import workspace_seed
from services.access.directory import Directory
from services.database import migrations

VAR = Path(__file__).parents[2] / "var"
WORKSPACE_PORT, INTAKE_PORT, VENDORS_PORT = 8400, 8401, 8402


@dataclasses.dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running stack can be spoken to."""

    workspace: str | None
    intake: str
    vendors: str
    database_url: str
    bootstrap_servers: str
    environment: Mapping[str, str]
    supervisor: Supervisor


async def run_local(scenario: str, speed: float, *, var: Path = VAR) -> int:
    """Start everything, print where it is, wait for Ctrl-C, stop everything. Returns the exit code."""
    console = Console(highlight=False)
    try:
        async with (
            Interruption(lambda words: console.print(f"[dim]{words}[/dim]")) as interruption,
            LocalStack(scenario, speed, var=var, console=console) as stack,
        ):
            if await interruption.guard(stack.start()):
                _welcome(console, stack.addresses)
                await interruption.guard(stack.start_fleet())
                await interruption.asked.wait()
    except StackError as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print("stopped; the database is kept. [dim]`make clean` removes it[/dim]")
    return 0


class LocalStack:
    """All processes of a local Quartermaster, owned until the context ends."""

    def __init__(
        self,
        scenario: str,
        speed: float,
        *,
        var: Path = VAR,
        console: Console | None = None,
        live: bool = True,
        vendors: Mapping[str, str] | None = None,
    ) -> None:
        """`vendors` are further settings of the simulated vendors, by the names of their environment."""
        self._scenario = scenario
        self._speed = speed
        self._var = var
        self._live = live
        self._vendors = vendors or {}
        self._console = console or Console(file=sys.stderr, highlight=False)
        self._parts = contextlib.AsyncExitStack()
        self._addresses: Addresses | None = None
        self._fleet: list[ProcessSpec] = []

    @property
    def addresses(self) -> Addresses:
        """Where everything is, once started."""
        assert self._addresses is not None, "the stack has not been started"
        return self._addresses

    async def __aenter__(self) -> LocalStack:
        self._parts.enter_context(lease(self._var))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._parts.aclose()

    async def start(self) -> None:
        """Start all that answers people, in order. Raises StackError."""
        began = time.monotonic()
        keys = LocalSecrets.of(self._var)
        database_url, bootstrap_servers, idempotence = await self._start_storage()
        await asyncio.to_thread(migrations.apply, database_url)
        self._tell(f"database and broker are up, {time.monotonic() - began:.1f} s")
        directory_file = FOLDER / f"{self._scenario}.directory.yaml"
        environment = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "QUARTERMASTER_KAFKA_IDEMPOTENCE": str(idempotence).lower(),
            "QUARTERMASTER_DIRECTORY_FILE": str(directory_file),
            "QUARTERMASTER_LOG_FORMAT": "console",
            **self._clock(),
        }
        supervisor = Supervisor(self._var / "logs", self._tell)
        self._parts.push_async_callback(supervisor.stop)
        workspace = await self._start_workspace(supervisor, keys, Directory.load(directory_file))
        slack = {"SLACK_BASE_URL": f"{workspace}/api/"} if workspace else {}
        if workspace:
            slack |= {"SLACK_BOT_TOKEN": keys.slack_bot_token, "SLACK_APP_TOKEN": keys.slack_app_token}
        intake, vendors = usual_or_free(INTAKE_PORT), usual_or_free(VENDORS_PORT)
        programs = Programs(environment, keys, intake, vendors)
        answering = programs.answering(slack)
        self._fleet = programs.fleet(self._scenario, self._var, live=self._live, more=self._vendors)
        await supervisor.start(answering)
        self._addresses = Addresses(
            workspace,
            f"http://127.0.0.1:{intake}",
            f"http://127.0.0.1:{vendors}",
            database_url,
            bootstrap_servers,
            environment | slack,
            supervisor,
        )
        self._tell(f"chat answers, {time.monotonic() - began:.1f} s")

    async def start_fleet(self) -> None:
        """Start the simulated fleet and the watch over it. Raises StackError."""
        await self.addresses.supervisor.start(self._fleet)

    def _tell(self, words: str) -> None:
        self._console.print(f"[dim]{words}[/dim]")

    async def _start_storage(self) -> tuple[str, str, bool]:
        database_url = os.environ.get("DATABASE_URL")
        bootstrap_servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        idempotence = bootstrap_servers is not None
        if database_url is None:
            postgres = EmbeddedPostgres(self._var / "postgres", port=embedded_postgres.USUAL_PORT)
            database_url = (await self._parts.enter_async_context(postgres)).database_url
        if bootstrap_servers is None:
            broker = EmbeddedBroker(embedded_broker.USUAL_PORT, log=self._var / "logs" / "broker.log")
            bootstrap_servers = (await self._parts.enter_async_context(broker)).bootstrap_servers
        return database_url, bootstrap_servers, idempotence

    def _clock(self) -> dict[str, str]:
        state = self._var / "simulator.json"
        if state.exists():
            reached = str(msgspec.json.decode(state.read_bytes())["reached"])
        else:
            reached = load_scenario(FOLDER / f"{self._scenario}.yaml").scenario.starts.isoformat()
        return {
            "QUARTERMASTER_CLOCK_EPOCH": reached,
            "QUARTERMASTER_CLOCK_STARTED": datetime.now(UTC).isoformat(),
            "QUARTERMASTER_CLOCK_SPEED": str(self._speed),
        }

    async def _start_workspace(self, supervisor: Supervisor, keys: LocalSecrets, directory: Directory) -> str | None:
        if os.environ.get("SLACK_BOT_TOKEN"):
            return None
        seed = self._var / "workspace.seed.yaml"
        root = next(unit for unit in directory.units.values() if unit.parent is None)
        seed.write_bytes(msgspec.yaml.encode(workspace_seed(directory, keys, root.name)))
        seed.chmod(0o600)
        port = usual_or_free(WORKSPACE_PORT)
        url = f"http://127.0.0.1:{port}"
        argv = [sys.executable, "-m", "deploy.local.workspace", "--seed", str(seed), "--port", str(port)]
        database = str(self._var / "workspace.sqlite")
        await supervisor.start(
            [ProcessSpec(name="workspace", argv=[*argv, "--database", database], ready_url=f"{url}/")]
        )
        return url


def _welcome(console: Console, addresses: Addresses) -> None:
    where = addresses.workspace or "your own Slack workspace"
    console.print(
        Panel(
            f"[bold]Quartermaster is running.[/bold]\n\n"
            f"Open   [bold cyan]{where}[/bold cyan]   and type [bold]/kit[/bold]; act as anyone you like.\n\n"
            f"[dim]The fleet is arriving: laptops first, all of it within a few minutes. Ctrl-C stops everything.\n"
            f"Events come in at {addresses.intake}, vendors are played at {addresses.vendors}, "
            f"logs are in var/logs.[/dim]",
            expand=False,
            border_style="cyan",
        )
    )
