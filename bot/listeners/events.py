"""Mentions, direct messages and App Home. Bolt has acknowledged these before they come here; they are stored."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers.home import page
from bot.answers.switchboard import answer, first_word
from bot.listeners.room import Room
from bot.middleware.once import KEY
from bot.render.message import Message

_SPOKEN = (None, "file_share")
"""A message that somebody said; the other subtypes tell of changes to messages."""


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app; the last listener takes what else is subscribed to, so that it counts as dealt with."""

    async def mentioned(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext) -> None:
        async def say(told: Message) -> None:
            await client.chat_postEphemeral(
                channel=event["channel"],
                user=event["user"],
                thread_ts=event.get("thread_ts"),
                text=told.text,
                blocks=told.blocks,
            )

        viewer, asked = await room.people.viewer(event["user"]), await room.read(event.get("text") or "")
        if (meanwhile := first_word(viewer, asked)) is not None:
            await say(meanwhile)
        await say(await answer(room.desk, viewer, asked, context[KEY]))

    async def spoken_to(event: dict[str, Any], context: AsyncBoltContext) -> None:
        if event.get("channel_type") != "im" or event.get("subtype") not in _SPOKEN or event.get("bot_id"):
            return
        viewer, asked = await room.people.viewer(event["user"]), await room.read(event.get("text") or "")
        if (meanwhile := first_word(viewer, asked)) is not None:
            await room.say_once(f"{context[KEY]}/meanwhile", event["channel"], meanwhile)
        await room.say_once(context[KEY], event["channel"], await answer(room.desk, viewer, asked, context[KEY]))

    async def home_opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("tab") != "home":
            return
        viewer = await room.people.viewer(event["user"])
        await client.views_publish(user_id=event["user"], view=await page(room.desk, viewer))

    async def something_else() -> None:
        """Nothing to do."""

    app.event(ids.EVENT_MENTION)(mentioned)
    app.event(ids.EVENT_MESSAGE)(spoken_to)
    app.event(ids.EVENT_HOME)(home_opened)
    app.event(re.compile(".*"))(something_else)
