"""Modals and home tabs as a bolt app drives them: triggers, hashes, response actions, what is typed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import ScriptedPerson
from tests.contract.workspace.conftest import HASTY, MovedClock


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def modal(title: str = "Ask", **more: Any) -> dict[str, Any]:
    blocks = [
        {
            "type": "input",
            "block_id": "why",
            "label": text("Why"),
            "element": {"type": "plain_text_input", "action_id": "reason", "min_length": 3},
        },
        {
            "type": "input",
            "block_id": "when",
            "optional": True,
            "label": text("When"),
            "element": {"type": "datepicker", "action_id": "day"},
        },
    ]
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": text(title),
        "submit": text("Send"),
        "blocks": blocks,
        **more,
    }


@pytest.fixture
async def triggers(bolt: AsyncApp, online: AsyncSocketModeHandler, amara: ScriptedPerson) -> Any:
    """Gives a fresh trigger id of Amara's each time it is called."""
    caught: list[str] = []

    @bolt.command("/toy")
    async def play(ack: Any, body: dict[str, Any]) -> None:
        caught.append(body["trigger_id"])
        await ack()

    async def fresh() -> str:
        await amara.slash("/toy")
        return caught[-1]

    return fresh


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_trigger_opens_one_modal_and_only_soon(
    web: AsyncWebClient, weak: AsyncWebClient, triggers: Any, clock: MovedClock, amara: ScriptedPerson
) -> None:
    trigger = await triggers()
    assert await refusal(weak.views_open(trigger_id=trigger, view=modal())) == "invalid_trigger_id"
    opened = await web.views_open(trigger_id=trigger, view=modal())
    assert (await amara.wait_for_view())["id"] == opened["view"]["id"]
    assert await refusal(web.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    stale = await triggers()
    clock.added += 3.5
    assert await refusal(web.views_open(trigger_id=stale, view=modal())) == "expired_trigger_id"
    assert await refusal(web.views_open(trigger_id="made.up", view=modal())) == "invalid_trigger_id"


async def test_hash_external_id_and_limits(web: AsyncWebClient, triggers: Any) -> None:
    opened = await web.views_open(trigger_id=await triggers(), view=modal(external_id="mine"))
    view = opened["view"]
    changed = await web.views_update(external_id="mine", hash=view["hash"], view=modal("Second", external_id="mine"))
    assert changed["view"]["title"]["text"] == "Second"
    late = web.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await refusal(late) == "hash_conflict"
    again = web.views_push(trigger_id=await triggers(), view=modal(external_id="mine"))
    assert await refusal(again) == "duplicate_external_id"
    for _ in range(2):
        await web.views_push(trigger_id=await triggers(), view=modal())
    assert await refusal(web.views_push(trigger_id=await triggers(), view=modal())) == "push_limit_reached"
    assert await refusal(web.views_open(trigger_id=await triggers(), view=modal("x" * 25))) == "invalid_arguments"
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    assert await refusal(web.views_open(trigger_id=await triggers(), view=home)) == "invalid_arguments"


async def test_a_view_that_is_too_large(web: AsyncWebClient, triggers: Any) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    view = {"type": "modal", "title": text("Big"), "blocks": [section] * 90}
    assert await refusal(web.views_open(trigger_id=await triggers(), view=view)) == "view_too_large"


async def test_submission_carries_what_was_typed(
    bolt: AsyncApp, web: AsyncWebClient, triggers: Any, amara: ScriptedPerson
) -> None:
    seen: list[dict[str, Any]] = []

    @bolt.view("ask")
    async def submitted(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    await web.views_open(trigger_id=await triggers(), view=modal(private_metadata="kept"))
    view = await amara.wait_for_view()
    empty = await amara.submit_view(view, {})
    assert (empty.outcome, empty.errors) == ("refused", {"why": "Please complete this required field."})
    short = await amara.submit_view(view, {"reason": "no"})
    assert short.errors == {"why": "Please enter at least 3 characters."}
    odd = await amara.submit_view(view, {"reason": "because", "day": "tomorrow"})
    assert list(odd.errors) == ["when"]
    assert seen == []
    done = await amara.submit_view(view, {"reason": "because", "day": "2024-05-01"})
    assert done.outcome == "acknowledged"
    assert seen[0]["view"]["private_metadata"] == "kept"
    assert seen[0]["view"]["state"]["values"] == {
        "why": {"reason": {"type": "plain_text_input", "value": "because"}},
        "when": {"day": {"type": "datepicker", "selected_date": "2024-05-01"}},
    }
    gone = await amara.submit_view(view, {"reason": "because"})
    assert gone.outcome == "refused"


@pytest.mark.parametrize("action", ["errors", "update", "push", "clear"])
async def test_response_actions(
    bolt: AsyncApp, web: AsyncWebClient, triggers: Any, amara: ScriptedPerson, action: str
) -> None:
    answers: dict[str, dict[str, Any]] = {
        "errors": {"errors": {"why": "Say more."}},
        "update": {"view": modal("Updated")},
        "push": {"view": modal("Pushed")},
        "clear": {},
    }

    @bolt.view("ask")
    async def submitted(ack: Any) -> None:
        await ack(response_action=action, **answers[action])

    await web.views_open(trigger_id=await triggers(), view=modal())
    first = await amara.wait_for_view()
    act = await amara.submit_view(first, {"reason": "because"})
    assert (act.outcome, act.response_action) == ("acknowledged", action)
    if action == "errors":
        assert act.errors == {"why": "Say more."}
    if action == "update":
        assert act.view_id == first["id"]
        kept = (await amara.wait_for_view(lambda view: view["title"]["text"] == "Updated"))["state"]["values"]
        assert kept["why"]["reason"]["value"] == "because"
    if action == "push":
        top = await amara.wait_for_view(lambda view: view["title"]["text"] == "Pushed")
        assert (top["previous_view_id"], top["root_view_id"]) == (first["id"], first["id"])
    if action == "clear":
        await amara.wait_for_no_view()


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "Unknown block."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "dance"},
    ],
)
async def test_bad_response_actions_are_trouble(
    bolt: AsyncApp, web: AsyncWebClient, triggers: Any, amara: ScriptedPerson, answer: dict[str, Any]
) -> None:
    @bolt.view("ask")
    async def submitted(ack: Any) -> None:
        from slack_bolt.response import BoltResponse

        ack.response = BoltResponse(status=200, body=answer, headers={"content-type": "application/json"})

    await web.views_open(trigger_id=await triggers(), view=modal())
    act = await amara.submit_view(await amara.wait_for_view(), {"reason": "because"})
    assert act.outcome == "failed"
    assert "trouble connecting" in act.notice


@pytest.mark.parametrize("limits", [HASTY], indirect=True)
async def test_a_submission_that_is_not_acknowledged(
    bolt: AsyncApp, web: AsyncWebClient, triggers: Any, amara: ScriptedPerson
) -> None:
    released = asyncio.Event()

    @bolt.view("ask")
    async def submitted(ack: Any) -> None:
        await released.wait()
        await ack()

    await web.views_open(trigger_id=await triggers(), view=modal())
    view = await amara.wait_for_view()
    act = await amara.submit_view(view, {"reason": "because"})
    released.set()
    assert (act.outcome, "trouble" in act.notice) == ("timed_out", True)
    assert amara.views[-1]["id"] == view["id"], "the modal stays, with what was typed"


async def test_closing_is_told_only_where_asked(
    bolt: AsyncApp, web: AsyncWebClient, triggers: Any, amara: ScriptedPerson
) -> None:
    closed: list[dict[str, Any]] = []

    @bolt.view_closed("ask")
    async def told(ack: Any, body: dict[str, Any]) -> None:
        closed.append(body)
        await ack()

    await web.views_open(trigger_id=await triggers(), view=modal())
    await amara.close_view(await amara.wait_for_view())
    assert closed == []
    await web.views_open(trigger_id=await triggers(), view=modal("Tell me", notify_on_close=True))
    await amara.close_view(await amara.wait_for_view(lambda view: view["title"]["text"] == "Tell me"))
    assert [body["is_cleared"] for body in closed] == [False]


async def test_home_is_published_when_opened(
    bolt: AsyncApp, web: AsyncWebClient, online: AsyncSocketModeHandler, amara: ScriptedPerson
) -> None:
    pressed: list[dict[str, Any]] = []

    @bolt.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        button = {"type": "button", "action_id": "more", "text": text("More"), "value": "1"}
        view = {"type": "home", "blocks": [{"type": "actions", "block_id": "row", "elements": [button]}]}
        await client.views_publish(user_id=event["user"], view=view)

    @bolt.action("more")
    async def more(ack: Any, body: dict[str, Any]) -> None:
        pressed.append(body)
        await ack()

    home = await amara.open_home("toy")
    assert (await amara.press(home, "more")).outcome == "acknowledged"
    assert pressed[0]["container"] == {"type": "view", "view_id": home["id"]}
    assert pressed[0]["actions"][0]["value"] == "1"
    conflict = web.views_publish(user_id=amara.user_id, hash="0.old", view={"type": "home", "blocks": home["blocks"]})
    assert await refusal(conflict) == "hash_conflict"
