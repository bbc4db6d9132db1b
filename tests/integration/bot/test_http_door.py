"""The other door: Slack calls our port, signed. The same conversation as over Socket Mode."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest

from bot.desk import Desk
from bot.front.http import PATH
from bot.settings import BotSettings
from bot.wiring import assemble
from deploy.local.secrets import LocalSecrets
from deploy.local.stack.ports import free_ports
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import ScriptedPerson
from deploy.local.workspace.server import Workspace
from deploy.local.workspace_seed import workspace_seed
from tests.fixtures.people import email_of, small_directory

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]


@pytest.fixture
async def tom(desk: Desk, session: aiohttp.ClientSession) -> AsyncIterator[ScriptedPerson]:
    """Tom in a workspace that reaches the bot by HTTP."""
    [port], secrets = free_ports(1), LocalSecrets.make()
    seed = workspace_seed(small_directory(), secrets, "Metropolitan")
    called = {"mode": "http", "request_url": f"http://127.0.0.1:{port}{PATH}"}
    seed = msgspec.structs.replace(seed, apps=tuple(msgspec.structs.replace(app, **called) for app in seed.apps))
    async with Workspace.start(seed) as workspace, WorkspaceClient(workspace.url) as people:
        settings = BotSettings(
            bot_token=secrets.slack_bot_token,
            signing_secret=secrets.slack_signing_secret,
            base_url=workspace.api_url,
            host="127.0.0.1",
            port=port,
        )
        parts = assemble(settings, desk, session)
        await parts.sender.start()
        await parts.front.start()
        try:
            yield await people.as_user(email_of("Tom Whitfield"))
        finally:
            await parts.front.stop()
            await parts.underway.drain()
            await parts.sender.stop()


async def test_a_command_a_message_a_form_and_a_page(tom: ScriptedPerson) -> None:
    assert (await tom.slash("/kit")).outcome == "acknowledged"
    assert "S2" in str(await tom.wait_for_message(lambda message: message.get("is_ephemeral")))
    await tom.say("help", channel="@quartermaster")
    await tom.wait_for_message(lambda message: "What you can ask" in str(message))
    await tom.slash("/kit replace")
    view = await tom.wait_for_view(lambda view: view["callback_id"] == "replace_form")
    act = await tom.submit_view(view, {"reason": "slow", "explanation": "Ten minutes to start", "delivery": "Desk 9"})
    assert act.response_action == "update", act
    await tom.wait_for_message(lambda message: "Your request R-" in str(message))
    assert "My open requests" in str(await tom.open_home("quartermaster"))
