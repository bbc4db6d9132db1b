"""Upload in three steps, by the real client, and who may fetch the bytes."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import ScriptedPerson
from deploy.local.workspace.seed import stable_id
from deploy.local.workspace.server import Workspace

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


async def test_upload_v2_shares_a_file(web: AsyncWebClient, priya: ScriptedPerson, amara: ScriptedPerson) -> None:
    answer = await web.files_upload_v2(
        channel=stable_id("C", "managers"),
        filename="chart.png",
        content=PNG,
        title="Chart",
        initial_comment="look",
    )
    assert answer["file"]["title"] == "Chart"
    message = await priya.wait_for_message(lambda message: bool(message.get("files")))
    assert message["text"] == "look"
    assert await priya.download(message["files"][0]) == PNG
    assert (await web.files_info(file=answer["file"]["id"]))["file"]["mimetype"] == "image/png"
    with pytest.raises(aiohttp.ClientResponseError):
        await amara.download(message["files"][0])


async def test_wrong_length_and_unfinished_uploads_are_refused(web: AsyncWebClient) -> None:
    begun = await web.files_getUploadURLExternal(filename="a.txt", length=3)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await web.files_completeUploadExternal(files=[{"id": begun["file_id"]}])
    async with aiohttp.ClientSession() as session:
        async with session.post(begun["upload_url"], data=b"four") as answer:
            assert answer.status == 400
        async with session.post(begun["upload_url"], data=b"abc") as answer:
            assert answer.status == 200
        async with session.post(begun["upload_url"], data=b"abc") as answer:
            assert answer.status == 404


async def test_a_person_uploads_and_the_app_reads(
    web: AsyncWebClient, amara: ScriptedPerson, workspace: Workspace
) -> None:
    identity = await amara.upload("broken.png", PNG)
    await amara.say("it looks like this", files=(identity,))
    history = await web.conversations_history(channel=stable_id("C", "general"))
    url = history["messages"][0]["files"][0]["url_private"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Authorization": "Bearer xoxb-toy"}) as answer:
            assert await answer.read() == PNG
        for headers in ({"Authorization": "Bearer xoxb-second"}, {"Authorization": "Bearer xoxb-unknown"}, {}):
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                assert answer.status == 302
            # A program that follows blindly holds a page for signing in, and a status that says all is well.
            async with session.get(url, headers=headers) as answer:
                assert (answer.status, answer.content_type) == (200, "text/html")


async def test_an_app_deletes_its_own_files_only(web: AsyncWebClient, priya: ScriptedPerson) -> None:
    answer = await web.files_upload_v2(channel=stable_id("C", "managers"), filename="a.png", content=PNG)
    shown = (await priya.wait_for_message(lambda message: bool(message.get("files"))))["files"][0]
    await web.files_delete(file=answer["file"]["id"])
    with pytest.raises(aiohttp.ClientResponseError):
        await priya.download(shown)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await web.files_delete(file=answer["file"]["id"])
    theirs = await priya.upload("hers.png", PNG)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await web.files_delete(file=theirs)
    await priya.say("look", files=(theirs,))
    with pytest.raises(SlackApiError, match="cant_delete_file"):
        await web.files_delete(file=theirs)


async def test_an_image_names_only_a_picture_that_who_posts_it_may_see(
    web: AsyncWebClient, amara: ScriptedPerson, priya: ScriptedPerson
) -> None:
    general = stable_id("C", "general")

    def image(**file: str) -> list[dict[str, object]]:
        return [{"type": "image", "alt_text": "It", "slack_file": file}]

    hidden = await amara.upload("hers.png", PNG)
    for wrong in (
        image(id=hidden),
        image(id="F0NOSUCH"),
        image(url=f"https://example.slack.com/files/{hidden}/hers.png"),
    ):
        with pytest.raises(SlackApiError) as refused:
            await web.chat_postMessage(channel=general, text="look", blocks=wrong)
        assert refused.value.response["error"] == "invalid_blocks"
        problems = refused.value.response["response_metadata"]["messages"]
        assert problems == ["[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"]
    notes = await amara.upload("notes.pdf", b"%PDF-1.7")
    await amara.say("see", files=(notes, hidden))
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await web.chat_postMessage(channel=general, text="look", blocks=image(id=notes))
    await web.chat_postMessage(channel=general, text="look", blocks=image(id=hidden))
