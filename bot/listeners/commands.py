"""`/kit …`. Answers are for the asker's eyes only."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers.switchboard import answer, first_word
from bot.grammar import CustodyAct, Fault, Opens, Replace, Wish
from bot.listeners import acts, asking, custody
from bot.listeners.room import Room
from bot.middleware.once import KEY
from bot.render.prefill import Prefill
from services.requests.queries import GONE


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def kit(
        ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        asked = await room.read(command.get("text") or "")
        if isinstance(asked, Replace):
            await asking.open_form(room, client, command, context)
            return
        if isinstance(asked, Wish) or (isinstance(asked, Fault) and asked.reason not in GONE):
            # There is a trigger already, so nobody has to press a button first.
            await asking.open_form(room, client, command, context, Prefill(asked.reason, asked.kind, asked.said))
            return
        if isinstance(asked, Opens):
            await acts.open_form(room, client, command, context, asked)
            return
        if isinstance(asked, CustodyAct):
            await custody.open_form(room, client, command, context, asked)
            return
        viewer = await room.viewer(command)
        if (meanwhile := first_word(viewer, asked)) is not None:
            await respond(text=meanwhile.text, blocks=meanwhile.blocks)
        told = await answer(room.desk, viewer, asked, context[KEY])
        await respond(text=told.text, blocks=told.blocks)

    app.command(ids.COMMAND)(kit)
