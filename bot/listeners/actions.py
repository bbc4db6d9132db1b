"""Buttons that ask a question anew, in the words of our grammar."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot import ids
from bot.answers.switchboard import answer, first_word
from bot.grammar import parse
from bot.listeners.carried import line_of
from bot.listeners.room import Room
from bot.middleware.once import KEY
from bot.render.message import Message

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def ask(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond) -> None:
        await ack()
        asked, viewer = parse(line_of(action)), await room.viewer(body)

        async def say(told: Message, key: str) -> None:
            if body.get("response_url"):
                await respond(text=told.text, blocks=told.blocks, replace_original=False)
            else:  # App Home has no conversation of its own
                await room.say_once(key, await room.people.direct_channel(body["user"]["id"]), told)

        if (meanwhile := first_word(viewer, asked)) is not None:
            await say(meanwhile, f"{context[KEY]}/meanwhile")
        await say(await answer(room.desk, viewer, asked, context[KEY]), context[KEY])

    app.action(ids.ASK_PATTERN)(ask)
