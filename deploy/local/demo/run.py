"""The composition root of the demonstration: a stack of its own, the cast, the scenes, the tally."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import traceback
from collections.abc import AsyncIterator
from datetime import datetime

import aiohttp
from rich.console import Console

from deploy.local.demo.actor import Actor
from deploy.local.demo.props import Props
from deploy.local.demo.scenes import SCENES
from deploy.local.demo.stage import CAST, Stage
from deploy.local.demo.teller import WIDTH, Teller
from deploy.local.demo.truth import Truth
from deploy.local.demo.wire import Wire
from deploy.local.running import VAR, Addresses, LocalStack
from deploy.local.scenarios.directory import directory_path, load_directory
from deploy.local.scenarios.scenario import FOLDER, load_scenario
from deploy.local.secrets import LocalSecrets
from deploy.local.simulator.world import World
from deploy.local.stack.errors import StackError
from deploy.local.stack.interruption import Interruption
from deploy.local.stack.lease import NAME as LEASE_NAME
from deploy.local.stack.lease import lease
from deploy.local.workspace.client import WorkspaceClient
from services.access.directory import Directory
from services.clock import Clock, ScenarioClock
from services.database.pool import open_pool

SCENARIO = "borough"
SPEED = 60.0
"""Scenario seconds a real second: the whole run stays within a morning."""
WIPE_HOURS = 0.02
"""A minute of scenario time, so about a second: the real ones take hours or days."""
FOLDER_OF_DEMO = VAR / "demo"
REAL_PARTS = (
    "DATABASE_URL",
    "KAFKA_BOOTSTRAP_SERVERS",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "DESK_SYSTEM",
    "MDM_INTUNE_TENANT_ID",
    "MDM_JAMF_URL",
)
"""Where the environment names a real one of these, invented people shall not act there."""


async def run_demo() -> int:
    """Play every scene on a fresh stack. Returns the exit code: 0 only if every check held."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDTH
    tell = Teller(console)
    began = time.monotonic()
    try:
        async with (
            Interruption(lambda words: console.print(f"[dim]{words}[/dim]")) as interruption,
            _fresh_stack(console) as stack,
        ):
            if await interruption.guard(_play(stack, tell)):
                tell.note(f"Stopping; {time.monotonic() - began:.0f} s so far.")
            else:
                tell.check("the demonstration was played to its end", False, "it was interrupted")
    except StackError as error:
        tell.check("the stack starts", False, str(error))
    tell.note(f"Logs are in {FOLDER_OF_DEMO.relative_to(VAR.parent)}/logs. {time.monotonic() - began:.0f} s in all.")
    tell.close()
    return 1 if tell.failed else 0


@contextlib.asynccontextmanager
async def _fresh_stack(console: Console) -> AsyncIterator[LocalStack]:
    with lease(FOLDER_OF_DEMO):  # so that a demonstration that runs keeps its data
        for old in FOLDER_OF_DEMO.iterdir():
            if old.is_dir():
                shutil.rmtree(old)
            elif old.name != LEASE_NAME:
                old.unlink()
    for name in REAL_PARTS:
        os.environ.pop(name, None)
    vendors = {
        "SIMULATOR_OBEYS": "true",
        "SIMULATOR_WIPE_HOURS": str(WIPE_HOURS),
        "MISCHIEF__WIPE_FAILED_SHARE": "0",
        "MISCHIEF__WIPE_FAILS_ON": json.dumps([Props.of(_world()).spoilt.serial]),
    }
    async with LocalStack(SCENARIO, SPEED, var=FOLDER_OF_DEMO, console=console, live=False, vendors=vendors) as stack:
        yield stack


def _world() -> World:
    path = FOLDER / f"{SCENARIO}.yaml"
    return World(load_scenario(path), load_directory(directory_path(path)))


async def _play(stack: LocalStack, tell: Teller) -> None:
    await stack.start()
    async with _stage(stack, tell) as stage:
        for number, scene in enumerate(SCENES, 1):
            tell.scene(number, scene.TITLE, scene.ABOUT)
            try:
                await scene.play(stage)
            except Exception as error:
                tell.check("the scene is played to its end", False, repr(error))
                tell.console.print(traceback.format_exc(limit=-4), style="dim", markup=False)


@contextlib.asynccontextmanager
async def _stage(stack: LocalStack, tell: Teller) -> AsyncIterator[Stage]:
    addresses = stack.addresses
    assert addresses.workspace is not None, "the demonstration needs the local workspace, not a real Slack"
    world = _world()
    async with contextlib.AsyncExitStack() as parts:
        pool = await open_pool(addresses.database_url, "public", size=2)
        parts.push_async_callback(pool.close)
        session = await parts.enter_async_context(aiohttp.ClientSession())
        workspace = await parts.enter_async_context(WorkspaceClient(addresses.workspace))
        people = {
            name: Actor(await workspace.as_user(email), name, role, email, tell) for name, (email, role) in CAST.items()
        }
        keys = LocalSecrets.of(FOLDER_OF_DEMO)
        yield Stage(
            tell=tell,
            people=people,
            wire=Wire(session, addresses.intake, addresses.vendors, keys),
            truth=Truth(pool),
            world=world,
            props=Props.of(world),
            clock=_clock_of(addresses),
            directory=Directory.load(FOLDER / f"{SCENARIO}.directory.yaml"),
            addresses=addresses,
            start_fleet=stack.start_fleet,
        )


def _clock_of(addresses: Addresses) -> Clock:
    given = addresses.environment
    return ScenarioClock(
        datetime.fromisoformat(given["QUARTERMASTER_CLOCK_EPOCH"]),
        datetime.fromisoformat(given["QUARTERMASTER_CLOCK_STARTED"]),
        float(given["QUARTERMASTER_CLOCK_SPEED"]),
    )
