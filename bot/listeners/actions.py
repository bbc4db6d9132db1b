"""Buttons: asking again, opening forms, deciding, charts and files. Pressing twice decides once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids, notices
from bot.answers import counts
from bot.answers.switchboard import answer
from bot.grammar import Counts, parse
from bot.listeners.room import Room, prefilled
from bot.middleware.once import KEY
from bot.render import replacement, request
from services.errors import BadInput

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def ask(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond) -> None:
        await ack()
        told = await answer(room.desk, await room.viewer(body), parse(action["value"]))
        if body.get("response_url"):
            await respond(text=told.text, blocks=told.blocks, replace_original=False)
        else:  # App Home has no conversation of its own
            await room.say_once(context[KEY], await room.people.direct_channel(body["user"]["id"]), told)

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

    async def chart(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        await ack()
        file = await counts.chart_file(room.desk, await room.viewer(body), _counts(action))
        await room.send_file(client, body["user"]["id"], file)

    async def table(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        await ack()
        file = await counts.csv_file(room.desk, await room.viewer(body), _counts(action))
        await room.send_file(client, body["user"]["id"], file)

    app.action(ids.ASK_PATTERN)(ask)
    app.action(ids.REPLACE)(replace)
    app.action(ids.APPROVE)(approve)
    app.action(ids.REFUSE)(refuse)
    app.action(ids.COUNTS_CHART)(chart)
    app.action(ids.COUNTS_CSV)(table)


def _counts(action: Json) -> Counts:
    asked = parse(action["value"])
    if not isinstance(asked, Counts):
        raise BadInput("this button is from an older version; ask `/kit counts` anew")
    return asked
