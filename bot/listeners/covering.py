"""The button that ends a cover."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers import cover
from bot.answers.home import page
from bot.grammar import EndCover
from bot.listeners.room import Room

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def off(
        ack: AsyncAck, body: Json, client: AsyncWebClient, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        viewer = await room.viewer(body)
        told = await cover.end(room.desk, viewer, EndCover())
        if body.get("response_url"):
            await respond(text=told.text, blocks=told.blocks, replace_original=False)
        else:  # App Home has no conversation of its own: the page shows it
            await client.views_publish(user_id=body["user"]["id"], view=await page(room.desk, viewer))

    app.action(ids.COVER_OFF)(off)
