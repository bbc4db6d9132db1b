"""A workspace, the real Slack clients against it, and a clock that tests move."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import AsyncIterator

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import ScriptedPerson, WorkspaceClient
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.server import Workspace
from tests.contract.workspace.seeds import AMARA, PRIYA, team_seed


@dataclasses.dataclass
class MovedClock:
    """Real time plus what a test adds, in seconds."""

    added: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.added


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


HASTY = Limits(acknowledge=0.8, event_retries=(0.0, 0.05, 0.05))
"""For tests in which nobody acknowledges: `@pytest.mark.parametrize("limits", [HASTY], indirect=True)`."""


@pytest.fixture
def limits(request: pytest.FixtureRequest) -> Limits:
    given: Limits = getattr(request, "param", Limits(event_retries=(0.0, 0.05, 0.05)))
    return given


@pytest.fixture
async def workspace(clock: MovedClock, limits: Limits) -> AsyncIterator[Workspace]:
    async with Workspace.start(team_seed(), limits=limits, now=clock) as running:
        yield running


@pytest.fixture
def web(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-toy", base_url=workspace.api_url)


@pytest.fixture
def weak(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-second", base_url=workspace.api_url)


@pytest.fixture
async def people(workspace: Workspace) -> AsyncIterator[WorkspaceClient]:
    async with WorkspaceClient(workspace.url) as client:
        yield client


@pytest.fixture
async def amara(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(AMARA)


@pytest.fixture
async def priya(people: WorkspaceClient) -> ScriptedPerson:
    return await people.as_user(PRIYA)


@pytest.fixture
def bolt(web: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=web, signing_secret="toy-secret", process_before_response=False)


@pytest.fixture
async def online(bolt: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The bolt app connected over Socket Mode; a test adds listeners to `bolt` before or after."""
    handler = AsyncSocketModeHandler(bolt, "xapp-toy")
    await handler.connect_async()
    yield handler
    await handler.close_async()
