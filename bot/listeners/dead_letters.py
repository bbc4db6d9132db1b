"""Buttons at dead letters: show, replay, discard, and the latter two for all of one reason. Twice does once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.listeners.carried import line_of, read_id
from bot.listeners.room import OPEN_VIEW, Room
from bot.render import dead_letters
from services.eventlog.dead_letters import Choice
from services.intake.commands import Dealt

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""
    letters = room.desk.letters

    async def show(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=dead_letters.loading())
        context[OPEN_VIEW] = opened["view"]["id"]
        service, fingerprint = _one(action)
        letter = await letters.show(await room.viewer(body), fingerprint, service=service)
        await client.views_update(view_id=context[OPEN_VIEW], view=dead_letters.modal(letter))

    async def replay(ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        await ack()
        service, fingerprint = _one(action)
        await _tell(respond, await letters.replay(await room.viewer(body), fingerprint, service=service))

    async def discard(ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        await ack()
        service, fingerprint = _one(action)
        await _tell(respond, await letters.discard(await room.viewer(body), fingerprint, service=service))

    async def replay_all(ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        await ack()
        service, choice = _all(action)
        await _tell(respond, await letters.replay_all(await room.viewer(body), choice, service=service))

    async def discard_all(ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        await ack()
        service, choice = _all(action)
        await _tell(respond, await letters.discard_all(await room.viewer(body), choice, service=service))

    app.action(ids.DEAD_LETTER_SHOW)(show)
    app.action(ids.DEAD_LETTER_REPLAY)(replay)
    app.action(ids.DEAD_LETTER_DISCARD)(discard)
    app.action(ids.DEAD_LETTERS_REPLAY)(replay_all)
    app.action(ids.DEAD_LETTERS_DISCARD)(discard_all)


def _one(action: Json) -> tuple[str, UUID]:
    service, _, fingerprint = line_of(action).partition("|")
    return service, read_id(fingerprint)


def _all(action: Json) -> tuple[str, Choice]:
    service, _, key = line_of(action).partition("|")
    return service, Choice(reason_key=key)


async def _tell(respond: AsyncRespond, dealt: Dealt) -> None:
    told = dead_letters.render_dealt(dealt)
    await respond(text=told.text, blocks=told.blocks, replace_original=False)
