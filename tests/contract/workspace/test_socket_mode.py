"""A real bolt app over Socket Mode: commands, events, retries, late answers, reconnects."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import ScriptedPerson
from deploy.local.workspace.seed import stable_id
from deploy.local.workspace.server import Workspace
from tests.contract.workspace.conftest import HASTY


class BareSocket:
    """A hand-held Socket Mode connection: sees envelopes exactly as they are sent."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.session = session
        self.socket = socket

    @classmethod
    async def open(cls, workspace: Workspace) -> BareSocket:
        session = aiohttp.ClientSession()
        web = AsyncWebClient(base_url=workspace.api_url)
        url = (await web.apps_connections_open(app_token="xapp-toy"))["url"]
        socket = await session.ws_connect(url)
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        return cls(session, socket)

    async def envelope(self) -> dict[str, Any]:
        answer: dict[str, Any] = await self.socket.receive_json(timeout=15)
        return answer

    async def acknowledge(self, envelope: dict[str, Any], payload: dict[str, Any] | None = None) -> None:
        body = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload else {})
        await self.socket.send_json(body)

    async def close(self) -> None:
        await self.socket.close()
        await self.session.close()


async def test_command_answered_with_its_acknowledgement(
    bolt: AsyncApp, online: AsyncSocketModeHandler, amara: ScriptedPerson, priya: ScriptedPerson
) -> None:
    @bolt.command("/toy")
    async def play(ack: Any, command: dict[str, Any]) -> None:
        await ack(text=f"you said {command['text']} in {command['channel_name']}")

    act = await amara.slash("/toy good day")
    assert act.outcome == "acknowledged"
    mine = await amara.history()
    assert (mine[-1]["text"], mine[-1]["is_ephemeral"]) == ("you said good day in general", True)
    assert await priya.history() == []


async def test_command_answered_in_the_channel(
    bolt: AsyncApp, online: AsyncSocketModeHandler, amara: ScriptedPerson, priya: ScriptedPerson
) -> None:
    @bolt.command("/toy")
    async def play(ack: Any) -> None:
        await ack(text="for all", response_type="in_channel")

    await amara.slash("/toy")
    assert [message["text"] for message in await priya.history()] == ["for all"]


async def test_unknown_command(amara: ScriptedPerson) -> None:
    act = await amara.slash("/nothing")
    assert act.outcome == "refused"
    assert "not a valid command" in (await amara.history())[-1]["text"]


async def test_nobody_connected(amara: ScriptedPerson) -> None:
    act = await amara.slash("/toy")
    assert act.outcome == "failed"
    assert (await amara.history())[-1]["text"] == '/toy failed with the error "dispatch_failed"'


@pytest.mark.parametrize("limits", [HASTY], indirect=True)
async def test_command_acknowledged_too_late(workspace: Workspace, amara: ScriptedPerson) -> None:
    socket = await BareSocket.open(workspace)
    try:
        act = await amara.slash("/toy")
        assert act.outcome == "timed_out"
        await socket.acknowledge(await socket.envelope(), {"text": "too late"})
        texts = [message["text"] for message in await amara.history()]
        assert texts == ['/toy failed with the error "operation_timeout"']
    finally:
        await socket.close()


async def test_command_acknowledged_with_a_bad_message(workspace: Workspace, amara: ScriptedPerson) -> None:
    socket = await BareSocket.open(workspace)
    try:
        running = asyncio.ensure_future(amara.slash("/toy"))
        envelope = await socket.envelope()
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        await socket.acknowledge(envelope, {"blocks": [{"type": "nothing"}]})
        assert (await running).outcome == "failed"
        assert "invalid_blocks" in (await amara.history())[-1]["text"]
    finally:
        await socket.close()


@pytest.mark.parametrize("limits", [HASTY], indirect=True)
async def test_events_are_retried_three_times_with_reason(workspace: Workspace, amara: ScriptedPerson) -> None:
    socket = await BareSocket.open(workspace)
    try:
        await amara.say("is anybody there?", channel="@toy")
        envelopes = [await socket.envelope() for _ in range(4)]
        assert [envelope["retry_attempt"] for envelope in envelopes] == [0, 1, 2, 3]
        assert [envelope["retry_reason"] for envelope in envelopes] == ["", "timeout", "timeout", "timeout"]
        assert len({envelope["payload"]["event_id"] for envelope in envelopes}) == 1
        assert len({envelope["envelope_id"] for envelope in envelopes}) == 4
        await amara.say("next", channel="@toy")
        following = await socket.envelope()
        assert (following["payload"]["event"]["text"], following["retry_attempt"]) == ("next", 0)
    finally:
        await socket.close()


async def test_an_acknowledged_event_is_not_retried(workspace: Workspace, amara: ScriptedPerson) -> None:
    socket = await BareSocket.open(workspace)
    try:
        for text in ("one", "two"):
            await amara.say(text, channel="@toy")
            envelope = await socket.envelope()
            assert (envelope["payload"]["event"]["text"], envelope["retry_attempt"]) == (text, 0)
            await socket.acknowledge(envelope)
    finally:
        await socket.close()


async def test_mentions_and_direct_messages_reach_the_app(
    bolt: AsyncApp, online: AsyncSocketModeHandler, amara: ScriptedPerson
) -> None:
    @bolt.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say(text=f"yes, <@{event['user']}>", thread_ts=event["ts"])

    @bolt.event("message")
    async def told(event: dict[str, Any], say: Any) -> None:
        if event["channel_type"] == "im":
            await say(text=f"heard {event['text']}")

    said = await amara.say("@Toy are you there?")
    reply = await amara.wait_for_message(lambda message: message.get("thread_ts") == said.message_ts)
    assert f"<@{amara.user_id}>" in (await amara.thread("general", said.message_ts))[-1]["text"]
    assert reply["channel"] == stable_id("C", "general")
    await amara.say("a < b & c", channel="@toy")
    await amara.wait_for_message(lambda message: message["text"] == "heard a &lt; b &amp; c")


async def test_each_payload_goes_to_one_connection(workspace: Workspace, amara: ScriptedPerson) -> None:
    sockets = [await BareSocket.open(workspace), await BareSocket.open(workspace)]
    try:
        for number in range(4):
            await amara.say(f"number {number}", channel="@toy")
        seen = []
        for socket in sockets:
            for _ in range(2):
                envelope = await socket.envelope()
                await socket.acknowledge(envelope)
                seen.append(envelope["payload"]["event"]["text"])
        assert sorted(seen) == [f"number {number}" for number in range(4)]
    finally:
        for socket in sockets:
            await socket.close()


async def test_the_client_reconnects_when_told(
    workspace: Workspace, bolt: AsyncApp, online: AsyncSocketModeHandler, amara: ScriptedPerson
) -> None:
    @bolt.command("/toy")
    async def play(ack: Any) -> None:
        await ack("here")

    assert workspace.connections("toy") == 1
    assert await workspace.request_refresh() == 1
    assert workspace.connections("toy") == 0
    await workspace.app_connected("toy")
    assert workspace.connections("toy") == 1
    await amara.slash("/toy")
    assert (await amara.history())[-1]["text"] == "here"


async def test_a_ticket_works_once(workspace: Workspace) -> None:
    web = AsyncWebClient(base_url=workspace.api_url)
    url = (await web.apps_connections_open(app_token="xapp-toy"))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        address = url.replace("ws://", "http://")
        async with session.get(address) as answer:
            assert answer.status == 403


async def test_an_eleventh_connection_is_turned_away(workspace: Workspace) -> None:
    sockets = [await BareSocket.open(workspace) for _ in range(10)]
    try:
        web = AsyncWebClient(base_url=workspace.api_url)
        url = (await web.apps_connections_open(app_token="xapp-toy"))["url"]
        async with sockets[0].session.ws_connect(url) as socket:
            assert (await socket.receive_json())["reason"] == "too_many_websockets"
    finally:
        for open_socket in sockets:
            await open_socket.close()
