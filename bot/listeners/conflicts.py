"""Buttons at a conflict over a serial. Whoever presses first decides; the second is told who did."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot import ids
from bot.listeners.carried import line_of
from bot.listeners.room import Room
from bot.middleware.once import KEY
from bot.notices import names_of
from bot.render import conflicts
from services.register.commands import Settlement

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def one_device(
        ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        viewer = await room.viewer(body)
        settled = await room.desk.conflicts.settle(
            viewer, line_of(action), ruling="one_device", idempotency_key=context[KEY]
        )
        await _tell(respond, settled)

    async def split(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond) -> None:
        await ack()
        conflict, _, claimant = line_of(action).partition("\n")
        viewer = await room.viewer(body)
        settled = await room.desk.conflicts.settle(
            viewer, conflict, ruling="two_devices", split_off=claimant, idempotency_key=context[KEY]
        )
        await _tell(respond, settled)

    async def _tell(respond: AsyncRespond, settled: Settlement) -> None:
        told = conflicts.settled(settled.conflict, names_of(room.desk), decided_now=settled.decided_now)
        await respond(text=told.text, blocks=told.blocks, replace_original=False)

    app.action(ids.CONFLICT_ONE_DEVICE)(one_device)
    app.action(ids.CONFLICT_SPLIT_PATTERN)(split)
