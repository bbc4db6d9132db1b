"""Buttons: asking again, opening forms, deciding. Pressing twice decides once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids, notices
from bot.answers.switchboard import answer, first_word
from bot.grammar import parse
from bot.listeners.room import Room, prefilled
from bot.middleware.once import KEY
from bot.render import replacement, request
from bot.render.message import Message

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def ask(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond) -> None:
        await ack()
        asked, viewer = parse(action["value"]), await room.viewer(body)

        async def say(told: Message, key: str) -> None:
            if body.get("response_url"):
                await respond(text=told.text, blocks=told.blocks, replace_original=False)
            else:  # App Home has no conversation of its own
                await room.say_once(key, await room.people.direct_channel(body["user"]["id"]), told)

        if (meanwhile := first_word(viewer, asked)) is not None:
            await say(meanwhile, f"{context[KEY]}/meanwhile")
        await say(await answer(room.desk, viewer, asked, context[KEY]), context[KEY])

    async def replace(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        await room.open_form(client, body, context, prefilled(action["value"]))

    async def approve(
        ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        viewer = await room.viewer(body)
        request_id = UUID(action["value"])
        decision = await room.desk.commands.approve(viewer, request_id, idempotency_key=context[KEY])
        await room.tell_of_request(decision.request)
        if not decision.decided_now:
            told = request.already_decided(decision.request, notices.names_of(room.desk))
            await respond(text=told.text, blocks=told.blocks, replace_original=False)

    async def refuse(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        await ack()
        view = replacement.refusal_form("this request", action["value"])
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    app.action(ids.ASK_PATTERN)(ask)
    app.action(ids.REPLACE)(replace)
    app.action(ids.APPROVE)(approve)
    app.action(ids.REFUSE)(refuse)
