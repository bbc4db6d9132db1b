"""The forms of requests, sent in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import ids, notices
from bot.listeners import losses
from bot.listeners.forms import in_time, show_errors
from bot.listeners.room import Room
from bot.render import replacement, request
from bot.render.message import escape
from services.errors import QuartermasterError

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def asked_for(ack: AsyncAck, body: Json, view: Json) -> None:
        form = replacement.read_form(view["state"]["values"], room.desk.today)
        if isinstance(form, dict):
            await show_errors(ack, form)
            return
        try:
            viewer = await room.viewer(body)
            raised = await in_time(
                room.desk.commands.raise_request(
                    viewer,
                    device_id=form.device_id,
                    kind=form.kind,
                    reason=form.reason,
                    needed_by=form.needed_by,
                    accessibility_needs=form.accessibility_needs,
                    explanation=form.explanation,
                    delivery_place=form.delivery_place,
                    idempotency_key=f"view/{view['id']}",
                )
            )
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_EXPLANATION: str(error)})
            return
        if not await losses.after_raised(room, ack, viewer, raised):
            told = (
                f"*{escape(raised.reference)}* is on its way. {escape(raised.verdict)}"
                "\nOur messages tell you how it goes."
            )
            await ack(response_action="update", view=replacement.notice(replacement.TITLE, told, ids.VIEW_DONE))
        await room.tell_of_request(raised)

    async def refused(ack: AsyncAck, body: Json, view: Json) -> None:
        words = replacement.read_refusal(view["state"]["values"])
        if not words:
            await show_errors(ack, {ids.BLOCK_REFUSAL: "The requester needs a reason."})
            return
        try:
            viewer = await room.viewer(body)
            request_id = UUID(view["private_metadata"])
            key = f"view/{view['id']}"
            decision = await in_time(room.desk.commands.refuse(viewer, request_id, refusal=words, idempotency_key=key))
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_REFUSAL: str(error)})
            return
        if decision.decided_now:
            await ack()
        else:
            told = request.already_decided(decision.request, notices.names_of(room.desk))
            text = told.blocks[0]["text"]["text"]
            await ack(response_action="update", view=replacement.notice("Decided before", text, ids.VIEW_DONE))
        await room.tell_of_request(decision.request)

    app.view(ids.VIEW_REPLACE)(asked_for)
    app.view(ids.VIEW_REFUSE)(refused)
