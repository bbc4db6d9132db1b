"""The bot behind its signed door, with everything that its buttons are about, and a forger before it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import msgspec
import pytest

from bot.desk import Desk
from bot.front.http import PATH
from bot.settings import BotSettings
from bot.wiring import Parts, assemble
from deploy.local.secrets import LocalSecrets
from deploy.local.stack.ports import free_ports
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.seed import Person
from deploy.local.workspace.server import Workspace
from deploy.local.workspace_seed import workspace_seed
from schemas.vocabulary import Kind
from services.clock import FixedClock
from services.database.pool import open_pool
from services.requests.commands import Deliveries, Requests
from tests.fixtures.people import small_directory
from tests.fixtures.request_policies import generous
from tests.integration.bot.wrong_hands.forger import Forger
from tests.integration.bot.wrong_hands.scene import Pools, Scene

PLENTY = 1e6
"""Messages a second: nobody is slowed down here."""


@pytest.fixture
def secrets() -> LocalSecrets:
    return LocalSecrets.make()


@pytest.fixture
async def workspace(secrets: LocalSecrets) -> AsyncIterator[Workspace]:
    """With somebody whom the directory does not know."""
    seed = workspace_seed(small_directory(), secrets, "Metropolitan")
    called = {"mode": "http", "request_url": f"http://127.0.0.1:{free_ports(1)[0]}{PATH}"}
    una = Person(name="Una Known", email="una.known@elsewhere.example")
    seed = msgspec.structs.replace(
        seed,
        users=(*seed.users, una),
        apps=tuple(msgspec.structs.replace(app, **called) for app in seed.apps),
    )
    async with Workspace.start(
        seed, limits=Limits(message_rate=PLENTY, message_burst=1_000_000, trigger=60)
    ) as running:
        yield running


@pytest.fixture
def settings(workspace: Workspace, secrets: LocalSecrets) -> BotSettings:
    return BotSettings(
        bot_token=secrets.slack_bot_token,
        signing_secret=secrets.slack_signing_secret,
        base_url=workspace.api_url,
        host="127.0.0.1",
        port=free_ports(1)[0],
    )


@pytest.fixture
async def pools(database_url: str) -> AsyncIterator[Pools]:
    async with AsyncExitStack() as stack:
        opened = {}
        for field in dataclasses.fields(Pools):
            opened[field.name] = await open_pool(database_url, field.name, size=3)
            stack.push_async_callback(opened[field.name].close)
        yield Pools(**opened)


@pytest.fixture
async def scene(desk: Desk, pools: Pools) -> Scene:
    assert isinstance(desk.clock, FixedClock)
    return await Scene.make(desk, pools, desk.clock)


@pytest.fixture
async def desk(desk: Desk, pools: Pools) -> Desk:
    """With a policy by which one person may ask for many, but for no tablets, which nobody may."""
    kept = (pools.requests, desk.clock, desk.directory)
    (plenty,) = generous().entitlements
    but_tablets = msgspec.structs.replace(plenty, may_hold={**plenty.may_hold, Kind.TABLET: 0})
    policy = msgspec.structs.replace(generous(), entitlements=(but_tablets,))
    return dataclasses.replace(
        desk, commands=Requests(*kept, policy=policy), deliveries=Deliveries(*kept, policy=policy)
    )


@pytest.fixture
async def bot(settings: BotSettings, desk: Desk, session: aiohttp.ClientSession) -> AsyncIterator[Parts]:
    """Its door alone: what is to be said later stays in its table."""
    parts = assemble(settings, desk, session)
    await parts.front.start()
    yield parts
    await parts.front.stop()
    await parts.underway.drain()


@pytest.fixture
async def forger(
    bot: Parts, settings: BotSettings, secrets: LocalSecrets, workspace: Workspace, session: aiohttp.ClientSession
) -> AsyncIterator[Forger]:
    made = Forger(bot, settings.port, secrets.slack_signing_secret, workspace.context, session)
    async with made.listening():
        yield made
