"""The Web API answers the real client as Slack does, and refuses with Slack's codes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import ScriptedPerson
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.seed import stable_id
from deploy.local.workspace.server import Workspace
from tests.contract.workspace.seeds import AMARA, PRIYA, team_seed

AMARA_ID = stable_id("U", AMARA)
PRIYA_ID = stable_id("U", PRIYA)


async def refused(call: Awaitable[Any]) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    answer = caught.value.response
    assert answer["ok"] is False
    return dict(answer.data)


async def test_who_am_i(web: AsyncWebClient) -> None:
    answer = await web.auth_test()
    assert (answer["user"], answer["team"]) == ("toy", "Metropolitan")
    assert answer.headers["X-OAuth-Scopes"].startswith("chat:write,commands")


async def test_a_message_is_kept_with_its_metadata(web: AsyncWebClient) -> None:
    metadata = {"event_type": "note", "event_payload": {"number": 7}}
    sent = await web.chat_postMessage(channel="#general", text="hello", metadata=metadata)
    bare = await web.conversations_history(channel=sent["channel"])
    assert "metadata" not in bare["messages"][0]
    full = await web.conversations_history(channel=sent["channel"], include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata
    assert full["messages"][0]["bot_id"] == (await web.auth_test())["bot_id"]


async def test_history_pages_by_cursor_and_time(web: AsyncWebClient) -> None:
    stamps = [(await web.chat_postMessage(channel="general", text=f"number {n}"))["ts"] for n in range(5)]
    channel = stable_id("C", "general")
    seen = []
    async for page in await web.conversations_history(channel=channel, limit=2):
        seen += [message["ts"] for message in page["messages"]]
    assert seen == stamps[::-1]
    between = await web.conversations_history(channel=channel, oldest=stamps[1], latest=stamps[3])
    assert [message["ts"] for message in between["messages"]] == [stamps[2]]
    closed = await web.conversations_history(channel=channel, oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [message["ts"] for message in closed["messages"]] == stamps[3:0:-1]


async def test_threads_are_apart_from_history(web: AsyncWebClient) -> None:
    first = await web.chat_postMessage(channel="general", text="question")
    await web.chat_postMessage(channel="general", text="answer", thread_ts=first["ts"])
    history = await web.conversations_history(channel=first["channel"])
    assert [message["text"] for message in history["messages"]] == ["question"]
    assert history["messages"][0]["reply_count"] == 1
    replies = await web.conversations_replies(channel=first["channel"], ts=first["ts"])
    assert [message["text"] for message in replies["messages"]] == ["question", "answer"]


async def test_update_delete_and_permalink(web: AsyncWebClient, workspace: Workspace) -> None:
    sent = await web.chat_postMessage(channel="general", text="first", blocks=[{"type": "divider"}])
    link = await web.chat_getPermalink(channel=sent["channel"], message_ts=sent["ts"])
    assert link["permalink"].startswith(workspace.url)
    changed = await web.chat_update(channel=sent["channel"], ts=sent["ts"], text="second")
    assert changed["message"]["text"] == "second"
    assert "blocks" not in changed["message"]
    await web.chat_delete(channel=sent["channel"], ts=sent["ts"])
    assert (await web.conversations_history(channel=sent["channel"]))["messages"] == []


async def test_people(web: AsyncWebClient) -> None:
    found = await web.users_lookupByEmail(email=AMARA.upper())
    assert found["user"]["id"] == AMARA_ID
    assert (await web.users_info(user=AMARA_ID))["user"]["profile"]["title"] == "Response officer"
    assert (await web.users_profile_get(user=AMARA_ID))["profile"]["email"] == AMARA
    assert len((await web.users_list(limit=2))["members"]) == 2
    everybody = [user["id"] async for page in await web.users_list(limit=2) for user in page["members"]]
    assert len(everybody) == 5
    assert (await web.bots_info())["bot"]["name"] == "Toy"
    assert (await web.team_info())["team"]["domain"] == "metropolitan"


async def test_conversations(web: AsyncWebClient) -> None:
    public = await web.conversations_list()
    assert [entry["name"] for entry in public["channels"]] == ["general", "random"]
    private = await web.conversations_list(types="private_channel")
    assert [entry["name"] for entry in private["channels"]] == ["managers"]
    direct = await web.conversations_open(users=AMARA_ID)
    sent = await web.chat_postMessage(channel=AMARA_ID, text="hi")
    assert sent["channel"] == direct["channel"]["id"]
    members = await web.conversations_members(channel=direct["channel"]["id"])
    assert len(members["members"]) == 2
    await web.conversations_join(channel=stable_id("C", "random"))
    assert (await web.conversations_info(channel=stable_id("C", "random")))["channel"]["is_member"] is True


async def test_reactions(web: AsyncWebClient) -> None:
    sent = await web.chat_postMessage(channel="general", text="hello")
    place = {"channel": sent["channel"], "timestamp": sent["ts"], "name": "eyes"}
    await web.reactions_add(**place)
    assert (await refused(web.reactions_add(**place)))["error"] == "already_reacted"
    history = await web.conversations_history(channel=sent["channel"])
    assert history["messages"][0]["reactions"][0]["count"] == 1
    await web.reactions_remove(**place)
    assert (await refused(web.reactions_remove(**place)))["error"] == "no_reaction"


async def test_ephemeral_messages_are_in_no_history(web: AsyncWebClient) -> None:
    sent = await web.chat_postEphemeral(channel="general", user=AMARA_ID, text="psst")
    channel = stable_id("C", "general")
    assert (await web.conversations_history(channel=channel))["messages"] == []
    answer = await refused(web.chat_update(channel=channel, ts=sent["message_ts"], text="x"))
    assert answer["error"] == "message_not_found"


Refusal = tuple[str, Callable[[AsyncWebClient], Awaitable[Any]]]
REFUSALS: list[Refusal] = [
    ("channel_not_found", lambda web: web.chat_postMessage(channel="nowhere", text="x")),
    ("channel_not_found", lambda web: web.chat_postMessage(channel="secret", text="x")),
    ("not_in_channel", lambda web: web.chat_postMessage(channel="random", text="x")),
    ("not_in_channel", lambda web: web.conversations_history(channel=stable_id("C", "random"))),
    ("no_text", lambda web: web.api_call("chat.postMessage", json={"channel": "general", "text": " "})),
    ("msg_too_long", lambda web: web.chat_postMessage(channel="general", text="x" * 40_001)),
    ("invalid_blocks_format", lambda web: web.chat_postMessage(channel="general", text="x", blocks="{")),
    (
        "invalid_blocks_format",
        lambda web: web.api_call("chat.postMessage", json={"channel": "general", "blocks": {}}),
    ),
    (
        "invalid_blocks",
        lambda web: web.chat_postMessage(channel="general", text="x", blocks=[{"type": "nothing"}]),
    ),
    (
        "invalid_metadata_format",
        lambda web: web.chat_postMessage(channel="general", text="x", metadata={"a": 1}),
    ),
    (
        "cannot_reply_to_message",
        lambda web: web.chat_postMessage(channel="general", text="x", thread_ts="1.000000"),
    ),
    ("message_not_found", lambda web: web.chat_update(channel="general", ts="1.000000", text="x")),
    ("message_not_found", lambda web: web.chat_getPermalink(channel="general", message_ts="1.000000")),
    ("thread_not_found", lambda web: web.conversations_replies(channel="general", ts="1.000000")),
    ("user_not_found", lambda web: web.users_info(user="U000")),
    ("users_not_found", lambda web: web.users_lookupByEmail(email="nobody@metropolitan.example")),
    ("user_not_found", lambda web: web.conversations_open(users="U000")),
    ("user_not_in_channel", lambda web: web.chat_postEphemeral(channel="managers", user=AMARA_ID, text="x")),
    ("invalid_types", lambda web: web.conversations_list(types="everything")),
    ("invalid_cursor", lambda web: web.users_list(cursor="!!!")),
    ("invalid_limit", lambda web: web.conversations_list(limit=0)),
    ("unknown_method", lambda web: web.api_call("chat.shout", json={})),
    ("method_deprecated", lambda web: web.api_call("files.upload", data={"content": "x"})),
    ("not_allowed_token_type", lambda web: web.apps_connections_open(app_token="xoxb-toy")),
    ("invalid_arguments", lambda web: web.views_open(trigger_id="", view={"type": "modal"})),
    ("not_found", lambda web: web.views_update(view_id="V000", view={"type": "modal"})),
    ("user_not_found", lambda web: web.views_publish(user_id="U000", view={"type": "home", "blocks": []})),
    ("file_not_found", lambda web: web.files_info(file="F000")),
    ("invalid_name", lambda web: web.reactions_add(channel="general", timestamp="1.0", name="not a name")),
]


@pytest.mark.parametrize(("code", "call"), REFUSALS)
async def test_refusals(web: AsyncWebClient, code: str, call: Callable[[AsyncWebClient], Awaitable[Any]]) -> None:
    assert (await refused(call(web)))["error"] == code


async def test_block_problems_say_where(web: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    answer = await refused(web.chat_postMessage(channel="general", text="x", blocks=blocks))
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_tokens(workspace: Workspace) -> None:
    nobody = AsyncWebClient(base_url=workspace.api_url)
    assert (await refused(nobody.auth_test()))["error"] == "not_authed"
    stranger = AsyncWebClient(token="xoxb-stranger", base_url=workspace.api_url)
    assert (await refused(stranger.auth_test()))["error"] == "invalid_auth"


async def test_a_token_may_stand_in_a_form(workspace: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        form = {"token": "xoxb-toy", "channel": "general", "text": "x", "blocks": '[{"type": "divider"}]'}
        async with session.post(f"{workspace.api_url}chat.postMessage", data=form) as answer:
            body = await answer.json()
    assert body["ok"] is True
    assert body["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("users:read", lambda web: web.users_list()),
        ("users:read.email", lambda web: web.users_lookupByEmail(email=AMARA)),
        ("channels:history", lambda web: web.conversations_history(channel="general")),
        ("channels:read", lambda web: web.conversations_list()),
        ("im:write", lambda web: web.conversations_open(users=AMARA_ID)),
        ("reactions:write", lambda web: web.reactions_add(channel="general", timestamp="1.0", name="eyes")),
        ("files:write", lambda web: web.files_getUploadURLExternal(filename="a.txt", length=1)),
        ("team:read", lambda web: web.team_info()),
    ],
)
async def test_missing_scopes(
    weak: AsyncWebClient, scope: str, call: Callable[[AsyncWebClient], Awaitable[Any]]
) -> None:
    answer = await refused(call(weak))
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", scope, "chat:write")


async def test_an_app_cannot_touch_what_others_wrote(
    web: AsyncWebClient, weak: AsyncWebClient, amara: ScriptedPerson
) -> None:
    sent = await weak.chat_postMessage(channel="general", text="mine")
    place = {"channel": sent["channel"], "ts": sent["ts"]}
    assert (await refused(web.chat_update(**place, text="x")))["error"] == "cant_update_message"
    assert (await refused(web.chat_delete(**place)))["error"] == "cant_delete_message"
    said = await amara.say("also mine")
    assert (await refused(web.chat_delete(channel="general", ts=said.message_ts)))["error"] == "cant_delete_message"


async def test_too_many_messages() -> None:
    limits, moment = Limits(message_burst=2, message_rate=0.1), time.time()
    async with Workspace.start(team_seed(), limits=limits, now=lambda: moment) as workspace:
        web = AsyncWebClient(token="xoxb-toy", base_url=workspace.api_url, retry_handlers=[])
        for _ in range(2):
            await web.chat_postMessage(channel="general", text="x")
        with pytest.raises(SlackApiError) as caught:
            await web.chat_postMessage(channel="general", text="x")
        assert caught.value.response.status_code == 429
        assert caught.value.response["error"] == "ratelimited"
        assert caught.value.response.headers["Retry-After"] == "10"
        await web.chat_postMessage(channel="managers", text="another room has its own pace")


async def test_other_sites_pages_are_refused(workspace: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        for headers in ({"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}):
            async with session.get(f"{workspace.url}/client/frame?as={AMARA}", headers=headers) as answer:
                assert answer.status == 403
