"""HTTP mode: signed requests, the handshake, retries and their headers, handled by bolt itself."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web as aiohttp_web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import ScriptedPerson, WorkspaceClient
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.server import Workspace
from tests.contract.workspace.seeds import AMARA, team_seed


@dataclasses.dataclass
class Endpoint:
    """The app's public address: keeps every request, and answers by bolt, or as a test says."""

    url: str = ""
    bolt: AsyncApp | None = None
    status: int | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    seen: list[tuple[dict[str, str], str]] = dataclasses.field(default_factory=list)
    arrived: asyncio.Condition = dataclasses.field(default_factory=asyncio.Condition)

    async def serve(self, request: aiohttp_web.Request) -> aiohttp_web.Response:
        body = await request.text()
        async with self.arrived:
            self.seen.append((dict(request.headers), body))
            self.arrived.notify_all()
        if self.status is not None and "url_verification" not in body:
            return aiohttp_web.Response(status=self.status, headers=self.headers)
        assert self.bolt is not None
        return await to_aiohttp_response(await self.bolt.async_dispatch(await to_bolt_request(request)))

    async def requests(self, count: int) -> list[tuple[dict[str, str], str]]:
        async with asyncio.timeout(15), self.arrived:
            await self.arrived.wait_for(lambda: len(self.seen) >= count)
        return self.seen


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    application = aiohttp_web.Application()
    application.router.add_post("/slack/events", endpoint.serve)
    runner = aiohttp_web.AppRunner(application)
    await runner.setup()
    await aiohttp_web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield endpoint
    await runner.cleanup()


@pytest.fixture
async def workspace(endpoint: Endpoint, limits: Limits) -> AsyncIterator[Workspace]:
    seed = team_seed(mode="http", request_url=endpoint.url, app_token="")
    async with Workspace.start(seed, limits=limits) as running:
        client = AsyncWebClient(token="xoxb-toy", base_url=running.api_url)
        endpoint.bolt = AsyncApp(client=client, signing_secret="toy-secret")
        yield running


@pytest.fixture
async def amara(workspace: Workspace) -> AsyncIterator[ScriptedPerson]:
    async with WorkspaceClient(workspace.url) as people:
        yield await people.as_user(AMARA)


async def test_signed_command_after_the_handshake(endpoint: Endpoint, amara: ScriptedPerson) -> None:
    assert endpoint.bolt is not None

    @endpoint.bolt.command("/toy")
    async def play(ack: Any, command: dict[str, Any]) -> None:
        await ack(text=f"got {command['text']}")

    assert (await amara.slash("/toy this & that")).outcome == "acknowledged"
    assert (await amara.history())[-1]["text"] == "got this & that"
    verifier = SignatureVerifier("toy-secret")
    assert "url_verification" in endpoint.seen[0][1]
    for headers, body in endpoint.seen:
        assert verifier.is_valid_request(body, headers)
        assert not verifier.is_valid_request(body + " ", headers)


async def test_plain_text_answer_is_shown(endpoint: Endpoint, amara: ScriptedPerson) -> None:
    assert endpoint.bolt is not None

    @endpoint.bolt.command("/toy")
    async def play(ack: Any) -> None:
        await ack("plain words")

    await amara.slash("/toy")
    assert (await amara.history())[-1]["text"] == "plain words"


async def test_events_are_retried_with_headers(endpoint: Endpoint, amara: ScriptedPerson) -> None:
    endpoint.status = 500
    await amara.say("hello?", channel="@toy")
    seen = (await endpoint.requests(5))[1:]
    assert [headers.get("X-Slack-Retry-Num") for headers, _ in seen] == [None, "1", "2", "3"]
    assert [headers.get("X-Slack-Retry-Reason") for headers, _ in seen] == [None, *["http_error"] * 3]
    assert len({body for _, body in seen}) == 1


async def test_no_retry_where_the_app_asks_for_none(endpoint: Endpoint, amara: ScriptedPerson) -> None:
    endpoint.status, endpoint.headers = 500, {"X-Slack-No-Retry": "1"}
    await amara.say("first", channel="@toy")
    await endpoint.requests(2)
    await amara.say("second", channel="@toy")
    seen = await endpoint.requests(3)
    assert '"text":"second"' in seen[2][1].replace(" ", "")
    assert all("X-Slack-Retry-Num" not in headers for headers, _ in seen)


async def test_failures_of_commands_are_shown(endpoint: Endpoint, amara: ScriptedPerson) -> None:
    endpoint.status = 500
    assert (await amara.slash("/toy")).outcome == "failed"
    assert "dispatch_failed" in (await amara.history())[-1]["text"]


async def test_buttons_and_modals_come_as_forms(
    endpoint: Endpoint, workspace: Workspace, amara: ScriptedPerson
) -> None:
    assert endpoint.bolt is not None
    client = AsyncWebClient(token="xoxb-toy", base_url=workspace.api_url)
    submitted: list[dict[str, Any]] = []

    @endpoint.bolt.action("go")
    async def go(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        field = {"type": "plain_text_input", "action_id": "reason"}
        label = {"type": "plain_text", "text": "Why"}
        view = {
            "type": "modal",
            "callback_id": "ask",
            "title": {"type": "plain_text", "text": "Ask"},
            "submit": {"type": "plain_text", "text": "Send"},
            "blocks": [{"type": "input", "block_id": "why", "label": label, "element": field}],
        }
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @endpoint.bolt.view("ask")
    async def ask(ack: Any, view: dict[str, Any]) -> None:
        submitted.append(view)
        await ack(response_action="errors", errors={"why": "Say more."})

    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    await client.chat_postMessage(channel="general", text="go?", blocks=[{"type": "actions", "elements": [button]}])
    await amara.press(await amara.wait_for_message(), "go")
    act = await amara.submit_view(await amara.wait_for_view(), {"reason": "because"})
    assert act.errors == {"why": "Say more."}
    assert submitted[0]["state"]["values"]["why"]["reason"]["value"] == "because"
    assert endpoint.seen[-1][1].startswith("payload=%7B")
