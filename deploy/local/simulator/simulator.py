"""The composition root: one world, the vendors' stand-ins on one port, and the play that pushes.

Start, then either wait for it to fail or stop it; stopping ends every task and connection within a deadline.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from aiohttp import web

from deploy.local.scenarios.directory import directory_path, load_directory
from deploy.local.scenarios.scenario import load_scenario
from deploy.local.simulator.command_book import CommandBook
from deploy.local.simulator.delivery.postbox import Postbox
from deploy.local.simulator.delivery.sender import Sender
from deploy.local.simulator.jamf.api import ApiClient, JamfApi
from deploy.local.simulator.live.rota import STEP_SECONDS
from deploy.local.simulator.live.step import prepare, run_step
from deploy.local.simulator.microsoft.graph import Graph
from deploy.local.simulator.microsoft.tokens import COMMAND, READ, Application, TokenOffice
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.outbound import Silence
from deploy.local.simulator.play import Play, opening_webhooks
from deploy.local.simulator.progress import Progress
from deploy.local.simulator.servicenow.door import Door
from deploy.local.simulator.servicenow.lookups import Lookups
from deploy.local.simulator.servicenow.table_api import TableApi
from deploy.local.simulator.servicenow.tables import tables_of
from deploy.local.simulator.servicenow.ticket_api import TicketApi
from deploy.local.simulator.servicenow.ticket_book import TicketBook
from deploy.local.simulator.settings import Settings
from deploy.local.simulator.state import Position, StateFile
from deploy.local.simulator.world import World

log = logging.getLogger(__name__)


class Simulator:
    """All vendors of one scenario. `port` 0 takes a free one; `url` tells which after the start."""

    def __init__(self, scenario: Path, settings: Settings, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._settings = settings
        self._host, self._port = host, port
        self.scenario = load_scenario(scenario)
        self.directory = load_directory(directory_path(scenario))
        self.progress = Progress()
        self.sender = Sender(
            settings.intake_url,
            settings.mischief,
            at_once=settings.simulator_at_once,
            longest_wait=settings.simulator_longest_wait,
        )
        self._runner: web.AppRunner | None = None
        self._playing: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self) -> None:
        """Rebuild the world, open the port, begin to push. Raises StateError, OSError for a port in use."""
        heading = self.scenario.scenario
        state = StateFile(self._settings.simulator_state, heading.name, heading.seed)
        position = state.load()
        self.world = World(self.scenario, self.directory)
        prepare(self.world)
        self._expect(position)
        # Commands of earlier runs happen again in the replay, at the moments they were given.
        self.commands = CommandBook(
            self.world, self._beside("commands"), self._settings.mischief, self._settings.simulator_wipe_hours
        )
        await self._replay(position.step)
        await self.sender.open()
        self.play = Play(self.world, Postbox(self.world, self._settings), self.sender, state, position)
        self.url = await self._listen()
        reached = self.world.moment(position.step, STEP_SECONDS)
        clock = self._settings.clock(reached, datetime.now(UTC))

        if self._settings.simulator_obeys and not self._settings.simulator_live:
            self.commands.now = lambda: microseconds(clock.now())  # no step is ever reached

        async def play() -> None:
            await self.play.fill(self.progress)
            if self._settings.simulator_live:
                await self.play.live(clock, self._settings.speed)
            elif self._settings.simulator_obeys:
                await self.play.obey(clock)

        self._playing = asyncio.create_task(play(), name="simulator-play")

    async def wait(self) -> None:
        """Until the play ends, which without live events it does after the fill. Raises what stopped it."""
        assert self._playing is not None, "the simulator is not started"
        await self._playing

    async def stop(self, deadline: float = 5.0) -> None:
        """End all within `deadline` seconds, and write down how far it came."""
        try:
            async with asyncio.timeout(deadline):
                if self._playing is not None:
                    self._playing.cancel()
                    await asyncio.gather(self._playing, return_exceptions=True)
                    self.play.save()
                await self.sender.close()
                if self._runner is not None:
                    await self._runner.cleanup()
        except TimeoutError:
            log.warning("the simulator did not stop within %s s", deadline)

    def _expect(self, position: Position) -> None:
        """What a first fill consists of; on a restart, it has been."""
        again = position.step > 0
        parts = {
            "Finance extract": 1,
            "Jamf webhooks": sum(1 for _ in opening_webhooks(self.world)),
            "Intune devices": sum(device.managed for device in self.world.microsoft),
            "ServiceNow assets": len(self.world.devices),
        }
        for name, total in parts.items():
            self.progress.expect(name, total)
            if again:
                self.progress.served(name, total)

    async def _replay(self, steps: int) -> None:
        silence = Silence()
        for step in range(steps):
            run_step(self.world, step, silence)
            if step % 100 == 0:
                await asyncio.sleep(0)

    async def _listen(self) -> str:
        settings, app = self._settings, web.Application()
        tokens = TokenOffice(
            settings.intune_tenant_id,
            [
                Application(settings.intune_client_id, settings.intune_client_secret.get_secret_value()),
                Application(
                    settings.mdm_intune_client_id,
                    settings.mdm_intune_client_secret.get_secret_value(),
                    frozenset({READ, COMMAND}),
                ),
            ],
            settings.intune_token_seconds,
            time.monotonic,
        )
        desk = self._service_desk()
        self.commands.now = partial(_reached, self.world, self.play)
        graph = Graph(self.world, tokens, settings.mischief, self.progress, self.commands)
        jamf = JamfApi(
            self.world,
            self.commands,
            [
                ApiClient(settings.jamf_client_id, settings.jamf_client_secret.get_secret_value()),
                ApiClient(
                    settings.mdm_jamf_client_id, settings.mdm_jamf_client_secret.get_secret_value(), commands=True
                ),
            ],
            time.monotonic,
        )
        own = [web.get("/healthz", _healthy), web.get("/simulator/progress", self._tell_progress)]
        app.add_routes([*tokens.routes(), *graph.routes(), *jamf.routes(), *desk, *own])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        return f"http://{self._host}:{port}"

    def _service_desk(self) -> list[web.RouteDef]:
        settings, world = self._settings, self.world
        door = Door(settings.servicenow_user, settings.servicenow_password.get_secret_value())
        # Stamped with the step reached and not with the clock: what the play stamps later is never earlier than that,
        # so a poller's position does not run past it.
        reached = partial(_reached, world, self.play)
        book = TicketBook(world, self._beside("tickets"), reached)
        tables = tables_of(world, book)
        reading = TableApi(tables, Lookups(book), door, self.progress)
        return [*reading.routes(), *TicketApi(tables, book, door).routes()]

    def _beside(self, what: str) -> Path | None:
        """Where something is kept beside the position; nowhere if that is not."""
        state = self._settings.simulator_state
        return state.with_name(f"{state.stem}.{what}.json") if state else None

    async def _tell_progress(self, _: web.Request) -> web.Response:
        """For the stack and for whoever watches: the fill, the deliveries, and scenario time reached."""
        return web.json_response(
            {
                "scenario": self.scenario.scenario.name,
                "filled": self.play.filled.is_set(),
                "complete": self.progress.complete,
                "fill": self.progress.as_dict(),
                "reached": self.world.moment(self.play.step, STEP_SECONDS).isoformat(),
                "deliveries": {
                    source: {"taken": t.taken, "refused": t.refused, "retried": t.retried, "spoilt": t.spoilt}
                    for source, t in self.sender.tallies.items()
                },
                "refusals": [f"{r.source} {r.status}: {r.answer}" for r in self.sender.refusals],
            }
        )


def _reached(world: World, play: Play) -> int:
    return microseconds(world.moment(play.step, STEP_SECONDS))


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")
