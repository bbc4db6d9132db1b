"""Buttons, menus, shortcuts, and the response URLs that follow them."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from deploy.local.workspace.client import ScriptedPerson
from tests.contract.workspace.conftest import MovedClock


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


OPTIONS = [{"text": text(name.title()), "value": name} for name in ("laptop", "monitor")]
BLOCKS: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "static_select", "action_id": "kind", "options": OPTIONS},
            {"type": "button", "action_id": "go", "text": text("Go"), "value": "7", "style": "primary"},
        ],
    }
]


@pytest.fixture
def pressed(bolt: AsyncApp) -> list[dict[str, Any]]:
    """The block_actions payloads the app got."""
    caught: list[dict[str, Any]] = []

    async def take(ack: Any, body: dict[str, Any]) -> None:
        caught.append(body)
        await ack()

    for action in ("go", "kind"):
        bolt.action(action)(take)
    return caught


@pytest.mark.usefixtures("online")
async def test_a_press_carries_message_state_and_choice(
    web: AsyncWebClient, amara: ScriptedPerson, pressed: list[dict[str, Any]]
) -> None:
    await web.chat_postMessage(channel="general", text="choose", blocks=BLOCKS)
    message = await amara.wait_for_message()
    await amara.press(message, "go", values={"kind": "monitor"})
    body = pressed[0]
    assert body["message"]["text"] == "choose"
    assert body["container"]["is_ephemeral"] is False
    assert body["state"]["values"]["row"]["kind"]["selected_option"]["value"] == "monitor"
    assert body["user"]["id"] == amara.user_id
    await amara.press(message, "kind", "laptop")
    assert pressed[1]["actions"][0]["selected_option"] == OPTIONS[0]
    assert (await amara.press(message, "kind", "spaceship")).outcome == "refused"
    assert (await amara.press(message, "nothing")).outcome == "refused"


@pytest.mark.usefixtures("online")
async def test_response_url_replaces_answers_deletes_and_runs_out(
    web: AsyncWebClient,
    amara: ScriptedPerson,
    priya: ScriptedPerson,
    pressed: list[dict[str, Any]],
    clock: MovedClock,
) -> None:
    await web.chat_postEphemeral(channel="general", user=amara.user_id, text="choose", blocks=BLOCKS)
    await amara.press(await amara.wait_for_message(), "go")
    assert "message" not in pressed[0]
    assert pressed[0]["container"]["is_ephemeral"] is True
    hook = AsyncWebhookClient(pressed[0]["response_url"])
    assert (await hook.send(text="chosen", replace_original=True)).status_code == 200
    assert [message["text"] for message in await amara.history()] == ["chosen"]
    await hook.send(text="aside")
    await hook.send(text="for all", response_type="in_channel")
    assert [message["text"] for message in await priya.history()] == ["for all"]
    assert (await hook.send(text="x", blocks=[{"type": "nothing"}])).status_code == 400
    await hook.send(delete_original=True)
    await hook.send(text="fifth")
    assert [message["text"] for message in await amara.history()] == ["aside", "for all", "fifth"]
    sixth = await hook.send(text="sixth")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)
    await web.chat_postMessage(channel="general", text="again", blocks=BLOCKS)
    await amara.press(await amara.wait_for_message(lambda message: message["text"] == "again"), "go")
    clock.added += 1801
    late = await AsyncWebhookClient(pressed[1]["response_url"]).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_shortcuts(
    bolt: AsyncApp, web: AsyncWebClient, online: AsyncSocketModeHandler, amara: ScriptedPerson
) -> None:
    seen: list[dict[str, Any]] = []

    async def take(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    bolt.global_shortcut("start")(take)
    bolt.message_shortcut("note")(take)
    await web.chat_postMessage(channel="general", text="note this")
    message = await amara.wait_for_message()
    assert (await amara.shortcut("start")).outcome == "acknowledged"
    assert (await amara.shortcut("note", message)).outcome == "acknowledged"
    assert [body["type"] for body in seen] == ["shortcut", "message_action"]
    assert seen[1]["message"]["text"] == "note this"
    assert (await amara.shortcut("note")).outcome == "refused"


async def test_a_press_nobody_hears(web: AsyncWebClient, amara: ScriptedPerson) -> None:
    await web.chat_postMessage(channel="general", text="choose", blocks=BLOCKS)
    act = await amara.press(await amara.wait_for_message(), "go")
    assert (act.outcome, "trouble" in act.notice) == ("failed", True)


async def test_people_reach_only_what_is_theirs(
    web: AsyncWebClient, amara: ScriptedPerson, priya: ScriptedPerson, workspace: Any
) -> None:
    sent = await web.chat_postEphemeral(channel="general", user=priya.user_id, text="psst", blocks=BLOCKS)
    hidden = {"channel": "general", "ts": sent["message_ts"], "blocks": []}
    assert (await amara.press(hidden, "go", channel="general")).outcome == "refused"
    await web.chat_postMessage(channel="managers", text="private")
    assert [message["text"] for message in await priya.history("managers")] == ["private"]
    async with aiohttp.ClientSession() as session:
        url = f"{workspace.url}/client/conversations/managers/messages"
        async with session.get(url, headers={"X-Act-As": amara.user_id}) as answer:
            assert answer.status == 409
        async with session.get(f"{workspace.url}/client/frame") as answer:
            assert answer.status == 401
