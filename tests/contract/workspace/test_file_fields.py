"""Files in modals: who may ask for them, what is taken, and how the app comes to the bytes."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import ScriptedPerson
from tests.contract.workspace.test_modals import modal, refusal, text

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
FILE = {"type": "file_input", "action_id": "photos", "filetypes": ["png", "jpg"], "max_files": 2}
FIELD = {"type": "input", "block_id": "photo", "optional": True, "label": text("Photos"), "element": FILE}
BOX = {"text": text("Dropped"), "value": "dropped"}
ASKS = {
    "type": "input",
    "block_id": "how",
    "optional": True,
    "dispatch_action": True,
    "label": text("How"),
    "element": {"type": "checkboxes", "action_id": "causes", "options": [BOX]},
}


def photo_modal(*more: dict[str, Any]) -> dict[str, Any]:
    return modal(blocks=[FIELD, ASKS, *more])


@pytest.fixture
async def triggers(bolt: AsyncApp, online: AsyncSocketModeHandler, amara: ScriptedPerson) -> Any:
    caught: list[str] = []

    @bolt.command("/toy")
    async def play(ack: Any, body: dict[str, Any]) -> None:
        caught.append(body["trigger_id"])
        await ack()

    async def fresh() -> str:
        await amara.slash("/toy")
        return caught[-1]

    return fresh


@pytest.fixture
def submitted(bolt: AsyncApp) -> list[dict[str, Any]]:
    """The state values of each submission."""
    caught: list[dict[str, Any]] = []

    @bolt.view("ask")
    async def take(ack: Any, view: dict[str, Any]) -> None:
        caught.append(view["state"]["values"])
        await ack()

    return caught


async def test_the_app_reads_what_was_put_into_its_modal(
    web: AsyncWebClient, triggers: Any, submitted: list[dict[str, Any]], amara: ScriptedPerson
) -> None:
    await web.views_open(trigger_id=await triggers(), view=photo_modal())
    identity = await amara.upload("cracked.png", PNG)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await web.files_info(file=identity)
    await amara.submit_view(await amara.wait_for_view(), {"photos": [identity]})
    field = submitted[0]["photo"]["photos"]
    assert field["type"] == "file_input"
    (file,) = field["files"]
    assert (file["id"], file["name"], file["mimetype"], file["size"]) == (identity, "cracked.png", "image/png", 108)
    assert (await web.files_info(file=identity))["file"]["user"] == amara.user_id
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer xoxb-toy"}) as session:
        for link in (file["url_private"], file["url_private_download"]):
            async with session.get(link) as answer:
                assert await answer.read() == PNG


async def test_what_a_field_does_not_take_is_said_under_it(
    web: AsyncWebClient,
    triggers: Any,
    submitted: list[dict[str, Any]],
    amara: ScriptedPerson,
    priya: ScriptedPerson,
) -> None:
    await web.views_open(trigger_id=await triggers(), view=photo_modal())
    view = await amara.wait_for_view()
    wrong = await amara.submit_view(view, {"photos": [await amara.upload("notes.pdf", b"%PDF-1.7")]})
    assert wrong.errors == {"photo": "notes.pdf is not of a kind that is accepted here: png, jpg."}
    many = [await amara.upload(f"{number}.png", PNG) for number in range(3)]
    assert (await amara.submit_view(view, {"photos": many})).errors == {"photo": "Please attach at most 2 files."}
    large = await amara.upload("large.png", PNG + bytes(10_000_000))
    assert (await amara.submit_view(view, {"photos": [large]})).errors == {"photo": "large.png is larger than 10 MB."}
    others = await priya.upload("hers.png", PNG)
    assert (await amara.submit_view(view, {"photos": [others]})).notice == "That file is not yours."
    assert submitted == []


async def test_files_and_words_stay_when_the_app_redraws_the_modal(
    bolt: AsyncApp, web: AsyncWebClient, triggers: Any, submitted: list[dict[str, Any]], amara: ScriptedPerson
) -> None:
    heard: list[dict[str, Any]] = []

    @bolt.action("causes")
    async def grow(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        heard.append(body)
        view = body["view"]
        await web.views_update(view_id=view["id"], hash=view["hash"], view=photo_modal(modal()["blocks"][1]))

    await web.views_open(trigger_id=await triggers(), view=photo_modal())
    identity = await amara.upload("cracked.png", PNG)
    await amara.press(await amara.wait_for_view(), "causes", ["dropped"], values={"photos": [identity]})
    grown = await amara.wait_for_view(lambda view: len(view["blocks"]) == 3)
    assert heard[0]["actions"][0]["selected_options"] == [BOX]
    assert heard[0]["view"]["state"]["values"]["photo"]["photos"]["files"][0]["name"] == "cracked.png"
    await amara.submit_view(grown, {"day": "2024-05-01"})
    assert [file["id"] for file in submitted[0]["photo"]["photos"]["files"]] == [identity]
    assert submitted[0]["how"]["causes"]["selected_options"] == [BOX]


async def test_files_are_for_input_blocks_of_modals(web: AsyncWebClient, triggers: Any, amara: ScriptedPerson) -> None:
    home = web.views_publish(user_id=amara.user_id, view={"type": "home", "blocks": [FIELD]})
    assert await refusal(home) == "invalid_arguments"
    lone = {"type": "actions", "elements": [FILE]}
    assert await refusal(web.views_open(trigger_id=await triggers(), view=modal(blocks=[lone]))) == "invalid_arguments"
    many = {**FIELD, "element": {**FILE, "max_files": 11}}
    assert await refusal(web.views_open(trigger_id=await triggers(), view=modal(blocks=[many]))) == "invalid_arguments"


async def test_an_app_without_the_scope_gets_no_file_field(weak: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await weak.views_open(trigger_id="any", view=photo_modal())
    assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", "files:read")
