"""The bot against the strict local workspace and a real database, with the services' own tables filled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import aiohttp
import pytest

from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts, assemble
from deploy.local.secrets import LocalSecrets
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.scripted import ScriptedPerson
from deploy.local.workspace.server import Workspace
from deploy.local.workspace_seed import workspace_seed
from schemas.topics import DEFAULT_PREFIX
from schemas.vocabulary import DeviceState, Kind
from services.budget.commands import Budgets
from services.clock import FixedClock
from services.custody.commands import Certificates, Custodies
from services.database.pool import Pool, open_pool
from services.intake.commands import DeadLetters
from services.losses.commands import Losses
from services.refresh.commands import PlannedDemands, Waves
from services.register.commands import Conflicts
from services.register.consumer import RegisterConsumer
from services.requests.commands import Deliveries, Leaving, Requests
from services.watch.commands import Alerts
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of, small_directory

SECRETS = LocalSecrets.make()


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    seed = workspace_seed(small_directory(), SECRETS, "Metropolitan")
    async with Workspace.start(seed, limits=Limits(event_retries=(0.0,))) as running:
        yield running


@pytest.fixture
async def people(workspace: Workspace) -> AsyncIterator[WorkspaceClient]:
    async with WorkspaceClient(workspace.url) as client:
        yield client


@pytest.fixture
async def amara(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Amara Osei"))


@pytest.fixture
async def priya(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Priya Nair"))


@pytest.fixture
async def idris(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Idris Bello"))


@pytest.fixture
async def helen(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Helen Marsh"))


@pytest.fixture
async def catherine(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(email_of("Catherine Doyle"))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "bot", size=6)
    yield opened
    await opened.close()


@pytest.fixture
async def devices(database_url: str) -> None:
    """S1 is Amara's laptop in Central West Response, S2 is Tom's in Central North Response."""
    pool = await open_pool(database_url, "register")
    holders = (("S1", "central-west-response", "Amara Osei"), ("S2", "central-north-response", "Tom Whitfield"))
    records = [
        asset(
            serial,
            number,
            START,
            kind=Kind.LAPTOP,
            model="Latitude 7440",
            state=DeviceState.DEPLOYED,
            unit=unit,
            holder_email=email_of(holder),
            purchased_on=date(2021, 5, 3),
        )
        for number, (serial, unit, holder) in enumerate(holders)
    ]
    await deliver(pool, RegisterConsumer().apply, records)
    await pool.close()


@pytest.fixture
async def desk(database_url: str, pool: Pool) -> AsyncIterator[Desk]:
    directory, clock = small_directory(), FixedClock(NOW)
    requests_pool = await open_pool(database_url, "requests", size=6)
    register_pool = await open_pool(database_url, "register", size=6)
    letters_pool = await open_pool(database_url, "intake", size=2)
    requests = Requests(requests_pool, clock, directory)
    letters = DeadLetters(letters_pool, clock, directory, DEFAULT_PREFIX)
    refresh_pool = await open_pool(database_url, "refresh", size=4)
    budget_pool = await open_pool(database_url, "budget", size=4)
    losses_pool = await open_pool(database_url, "losses", size=4)
    custody_pool = await open_pool(database_url, "custody", size=4)
    watch_pool = await open_pool(database_url, "watch", size=4)
    yield Desk(
        pool,
        clock,
        directory,
        requests,
        Conflicts(register_pool, clock),
        letters,
        Waves(refresh_pool, clock, directory),
        PlannedDemands(refresh_pool, clock, directory),
        Budgets(budget_pool, clock, directory),
        Deliveries(requests_pool, clock, directory),
        Leaving(requests_pool, clock, directory),
        Losses(losses_pool, clock, directory),
        Custodies(custody_pool, clock, directory),
        Certificates(custody_pool, clock, directory),
        Alerts(watch_pool, clock, directory),
    )
    await watch_pool.close()
    await losses_pool.close()
    await custody_pool.close()
    await budget_pool.close()
    await refresh_pool.close()
    await letters_pool.close()
    await register_pool.close()
    await requests_pool.close()


@pytest.fixture
def settings(workspace: Workspace) -> BotSettings:
    return BotSettings(bot_token=SECRETS.slack_bot_token, app_token=SECRETS.slack_app_token, base_url=workspace.api_url)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def bot(settings: BotSettings, desk: Desk, session: aiohttp.ClientSession) -> AsyncIterator[Parts]:
    """Sender and Socket Mode door running; the consumer is called by tests."""
    parts = assemble(settings, desk, session)
    await parts.sender.start()
    await parts.front.start()
    yield parts
    await parts.front.stop()
    await parts.underway.drain()
    await parts.sender.stop()
