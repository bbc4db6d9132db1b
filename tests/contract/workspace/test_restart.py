"""What was said, published, uploaded and allowed is there again after a restart."""

from __future__ import annotations

from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.seed import stable_id
from deploy.local.workspace.server import Workspace
from tests.contract.workspace.seeds import AMARA, team_seed


async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    database = str(tmp_path / "workspace.sqlite")
    general = stable_id("C", "general")
    amara_id = stable_id("U", AMARA)
    home = {"type": "home", "blocks": [{"type": "divider", "block_id": "line"}]}
    metadata = {"event_type": "note", "event_payload": {"n": 1}}
    async with Workspace.start(team_seed(), database=database) as workspace:
        web = AsyncWebClient(token="xoxb-toy", base_url=workspace.api_url)
        first = await web.chat_postMessage(channel=general, text="before", metadata=metadata)
        await web.chat_postEphemeral(channel=general, user=amara_id, text="psst")
        await web.views_publish(user_id=amara_id, view=home)
        uploaded = await web.files_upload_v2(channel=general, filename="a.txt", content="abc")
    async with Workspace.start(team_seed(), database=database) as workspace:
        web = AsyncWebClient(token="xoxb-toy", base_url=workspace.api_url)
        second = await web.chat_postMessage(channel=general, text="after")
        assert second["ts"] > first["ts"]
        history = await web.conversations_history(channel=general, include_all_metadata=True)
        assert [message["text"] for message in history["messages"]] == ["after", "", "before"]
        assert history["messages"][2]["metadata"] == metadata
        assert (await web.files_info(file=uploaded["file"]["id"]))["file"]["size"] == 3
        async with WorkspaceClient(workspace.url) as people:
            amara = await people.as_user(AMARA)
            texts = [message["text"] for message in await amara.history()]
            assert texts == ["before", "psst", "", "after"]
            held = workspace.context.store.views.home(team_seed().app("toy").id, amara.user_id)
            assert held is not None
            assert held.body["blocks"] == home["blocks"]
