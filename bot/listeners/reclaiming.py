"""Asking for a device back that stands idle or is one too many: the button opens a form, the form asks once."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.listeners.carried import id_in, id_of
from bot.listeners.forms import in_time, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.render import reclaim
from bot.render.fields import text_in
from bot.render.message import escape
from bot.render.replacement import loading
from bot.render.wording import day
from services.errors import QuartermasterError

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""
    deliveries = room.desk.deliveries

    async def pressed(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=loading(reclaim.RECLAIM))
        context[OPEN_VIEW] = opened["view"]["id"]
        found = await deliveries.ahead_of_reclaim(await room.viewer(body), id_of(action))
        drawn = reclaim.form(found, deliveries.policy.days.to_hand_back)
        await client.views_update(view_id=context[OPEN_VIEW], view=drawn)

    async def sent(ack: AsyncAck, body: Json, view: Json) -> None:
        viewer, why = await room.viewer(body), text_in(view["state"]["values"], ids.BLOCK_WHY)
        try:
            raised = await in_time(
                deliveries.reclaim(viewer, id_in(view), why=why, idempotency_key=f"view/{view['id']}")
            )
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_WHY: str(error)})
            return
        whom = escape(raised.recipient_name)
        told = f"*{escape(raised.reference)}*: {whom} is asked. It is due back by {day(raised.return_due_on)}."
        await show_done(ack, reclaim.RECLAIM, told)
        await room.tell_of_request(raised)

    app.action(ids.RECLAIM_PATTERN)(pressed)
    app.view(ids.VIEW_RECLAIM)(sent)
