"""Deciding on a request, and what those it concerns may do meanwhile. Pressing twice does it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.listeners.carried import form_of_ours, id_in, id_of
from bot.listeners.forms import in_time, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.middleware.once import KEY
from bot.notices import names_of
from bot.render import request, request_steps
from bot.render.replacement import loading
from services.access.viewer import Viewer
from services.errors import QuartermasterError
from services.requests.commands import Requests
from services.requests.queries import Cause, RequestView

Json = dict[str, Any]
Says: TypeAlias = Callable[[Requests, Viewer, UUID, str, str], Awaitable[RequestView]]
"""A step with its words and the key of its delivery."""

_FORMS: Mapping[str, Cause] = {
    ids.ASK_BACK: Cause.ASK,
    ids.ANSWER: Cause.ANSWER,
    ids.INSIST: Cause.INSIST,
    ids.NOT_REPAIRED: Cause.NOT_REPAIRED,
    ids.KEEP_DEVICE: Cause.KEEP,
}
"""Buttons that open a form for the words of a step."""
_SAYS: Mapping[Cause, Says] = {
    Cause.ASK: lambda commands, viewer, request_id, words, key: commands.ask(
        viewer, request_id, question=words, idempotency_key=key
    ),
    Cause.ANSWER: lambda commands, viewer, request_id, words, key: commands.answer(
        viewer, request_id, answer=words, idempotency_key=key
    ),
    Cause.INSIST: lambda commands, viewer, request_id, words, key: commands.insist(
        viewer, request_id, why=words, idempotency_key=key
    ),
    Cause.NOT_REPAIRED: lambda commands, viewer, request_id, words, key: commands.not_repaired(
        viewer, request_id, why=words, idempotency_key=key
    ),
    Cause.KEEP: lambda commands, viewer, request_id, words, key: commands.keep(
        viewer, request_id, why=words, idempotency_key=key
    ),
}


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""
    commands = room.desk.commands

    async def approve(
        ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        viewer = await room.viewer(body)
        decision = await commands.approve(viewer, id_of(action), idempotency_key=context[KEY])
        await room.tell_of_request(decision.request)
        if not decision.decided_now:
            told = request.already_decided(decision.request, names_of(room.desk))
            await respond(text=told.text, blocks=told.blocks, replace_original=False)

    async def opened(
        cause: Cause, title: str, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> RequestView:
        """The request, with a modal on screen; who may not take the step is told before they write anything."""
        shown = await client.views_open(trigger_id=body["trigger_id"], view=loading(title))
        context[OPEN_VIEW] = shown["view"]["id"]
        return await commands.ahead_of(await room.viewer(body), id_of(action), cause)

    async def refuse(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        asked = await opened(Cause.REFUSE, request_steps.REFUSAL, body, action, client, context)
        view = request_steps.refusal_form(asked.reference, str(asked.request_id))
        await client.views_update(view_id=context[OPEN_VIEW], view=view)

    async def refused(ack: AsyncAck, body: Json, view: Json) -> None:
        words = request_steps.read_refusal(view["state"]["values"])
        if not words:
            await show_errors(ack, {ids.BLOCK_REFUSAL: "The requester needs a reason."})
            return
        try:
            viewer = await room.viewer(body)
            request_id, key = id_in(view), f"view/{view['id']}"
            decision = await in_time(commands.refuse(viewer, request_id, refusal=words, idempotency_key=key))
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_REFUSAL: str(error)})
            return
        if decision.decided_now:
            await ack()
        else:
            told = request.already_decided(decision.request, names_of(room.desk))
            await show_done(ack, "Decided before", told.blocks[0]["text"]["text"])
        await room.tell_of_request(decision.request)

    async def withdraw(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext) -> None:
        await ack()
        viewer = await room.viewer(body)
        moved = await commands.withdraw(viewer, id_of(action), idempotency_key=context[KEY])
        await room.tell_of_request(moved)

    async def repaired(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext) -> None:
        await ack()
        viewer = await room.viewer(body)
        moved = await commands.repaired(viewer, id_of(action), idempotency_key=context[KEY])
        await room.tell_of_request(moved)

    async def call_off(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext) -> None:
        await ack()
        viewer = await room.viewer(body)
        moved = await commands.call_off(viewer, id_of(action), idempotency_key=context[KEY])
        await room.tell_of_request(moved)

    async def ask_for_words(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        cause = _FORMS[action["action_id"]]
        asked = await opened(cause, request_steps.title_of(cause), body, action, client, context)
        view = request_steps.words_form(cause, str(asked.request_id))
        await client.views_update(view_id=context[OPEN_VIEW], view=view)

    async def said(ack: AsyncAck, body: Json, view: Json) -> None:
        words = request_steps.read_words(view["state"]["values"])
        if not words:
            await show_errors(ack, {ids.BLOCK_WORDS: "A few words, please."})
            return
        try:
            with form_of_ours():
                cause, _, about = view["private_metadata"].partition("|")
                say, request_id = _SAYS[Cause(cause)], UUID(about)
            moved = await in_time(say(commands, await room.viewer(body), request_id, words, f"view/{view['id']}"))
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_WORDS: str(error)})
            return
        await ack()
        await room.tell_of_request(moved)

    app.action(ids.APPROVE)(approve)
    app.action(ids.REFUSE)(refuse)
    app.view(ids.VIEW_REFUSE)(refused)
    app.action(ids.WITHDRAW)(withdraw)
    app.action(ids.REPAIRED)(repaired)
    app.action(ids.CALL_OFF_RECLAIM)(call_off)
    for action_id in _FORMS:
        app.action(action_id)(ask_for_words)
    app.view(ids.VIEW_WORDS)(said)
