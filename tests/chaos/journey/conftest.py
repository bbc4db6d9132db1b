"""A journey's world: the services' configuration, Slack, the service desk and the vendors, each its own stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.local.secrets import LocalSecrets
from deploy.local.simulator.settings import Settings as SimulatorSettings
from deploy.local.simulator.simulator import Simulator
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.server import Workspace
from deploy.local.workspace_seed import workspace_seed
from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.procurement import load_procurement
from services.database.pool import Pool, open_pool
from services.refresh.policy import Policy
from services.refresh.policy_store import adopt_at_start
from tests.chaos.journey.journey import Journey, journey
from tests.chaos.journey.world import DIRECTORY, World
from tests.fixtures.finance import NOW
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.flow.run import BOROUGH
from tests.unit.refresh.policies import FILE as POLICY

SECRETS = LocalSecrets.make()


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """With the services' configuration in place, as they leave it when they start."""
    opened = await open_pool(database_url, "requests")
    for schema in ("budget", "refresh"):
        filling = await open_pool(database_url, schema, size=1)
        async with filling.acquire() as connection, connection.transaction():
            if schema == "budget":
                await configuration_store.fill_all(
                    connection, load_price_book(), load_prior_years(), load_procurement(), DIRECTORY, NOW
                )
            else:
                await adopt_at_start(connection, Policy.load(POLICY), DIRECTORY, NOW)
        await filling.close()
    yield opened
    await opened.close()


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    seed = workspace_seed(DIRECTORY, SECRETS, "Metropolitan")
    async with Workspace.start(seed, limits=Limits(message_burst=1000)) as running:
        yield running


@pytest.fixture
async def servicenow() -> AsyncIterator[ServiceNowStandIn]:
    stand_in = ServiceNowStandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def vendors() -> AsyncIterator[Simulator]:
    simulator = Simulator(BOROUGH, SimulatorSettings(simulator_live=False, intake_url="http://127.0.0.1:1"))
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def killed(
    pool: Pool, database_url: str, workspace: Workspace, servicenow: ServiceNowStandIn, vendors: Simulator
) -> AsyncIterator[Journey]:
    world = World(
        database_url=database_url,
        slack_url=workspace.api_url,
        slack_token=SECRETS.slack_bot_token,
        slack_secret=SECRETS.slack_signing_secret,
        servicenow_url=servicenow.url,
        vendors_url=vendors.url,
        now=NOW,
    )
    async with journey(pool, world) as begun:
        yield begun
