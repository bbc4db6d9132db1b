"""Deliveries and returns, pressed and filled in: set aside, send, confirm, check, take back, cancel; and who leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids, outgoing
from bot.answers.entitlement import entitled
from bot.delivery_notices import of_delivery
from bot.listeners.carried import id_in, id_of, line_of
from bot.listeners.forms import in_time, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.middleware.once import KEY
from bot.render import delivery_forms, leavers
from bot.render.delivery_forms import ALLOCATE, CANCEL, LEAVES, SHIP
from bot.render.fields import held, text_in
from bot.render.message import escape, message, section
from bot.render.replacement import loading
from schemas.vocabulary import Role
from services.database.pool import Connection
from services.errors import BadInput, QuartermasterError
from services.register.queries import shelf
from services.requests import queries
from services.requests.commands import Done
from services.requests.queries import Cause, RequestView

Json = dict[str, Any]
SEES_OFF, WHO_SEES_OFF = frozenset({Role.MANAGER, Role.PLANNER}), "managers and planners"
SHELVED = 8
"""Devices in stock that a form names."""


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""
    deliveries, leaving = room.desk.deliveries, room.desk.leaving

    async def tell(view: RequestView) -> None:
        async with room.desk.pool.acquire() as connection:
            await outgoing.put(connection, await of_delivery(room.desk, connection, view))
        room.wake_sender()

    def opens(
        action_id: str, title: str, cause: Cause, form: Callable[[Connection, RequestView], Awaitable[Json]]
    ) -> None:
        async def pressed(
            ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
        ) -> None:
            await ack()
            opened = await client.views_open(trigger_id=body["trigger_id"], view=loading(title))
            context[OPEN_VIEW] = opened["view"]["id"]
            view = await deliveries.ahead_of(await room.viewer(body), id_of(action), cause)
            async with room.desk.pool.acquire() as connection:
                drawn = await form(connection, view)
            await client.views_update(view_id=context[OPEN_VIEW], view=drawn)

        app.action(action_id)(pressed)

    def does(action_id: str, act: Callable[..., Awaitable[Done]], told: str) -> None:
        async def pressed(
            ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond
        ) -> None:
            await ack()
            done = await act(await room.viewer(body), id_of(action), idempotency_key=context[KEY])
            await tell(done.request)
            words = f"*{escape(done.request.reference)}*: {told}"
            if body.get("response_url"):
                await respond(text=words.replace("*", ""), blocks=[section(words).to_dict()], replace_original=False)

        app.action(action_id)(pressed)

    def sent_in(
        callback_id: str, title: str, block: str, act: Callable[[Any, UUID, Json, str], Awaitable[Done]]
    ) -> None:
        async def filled(ack: AsyncAck, body: Json, view: Json) -> None:
            viewer, key = await room.viewer(body), f"view/{view['id']}"
            values = view["state"]["values"]
            try:
                done = await in_time(act(viewer, id_in(view), values, key))
            except QuartermasterError as error:
                await show_errors(ack, {block: str(error)})
                return
            last = done.request.timeline[-1].what if done.request.timeline else ""
            whom = escape(done.request.recipient_name or done.request.requester_name)
            await show_done(ack, title, f"*{escape(done.request.reference)}*: {escape(last)}. {whom} is told.")
            await tell(done.request)

        app.view(callback_id)(filled)

    async def leaves(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond) -> None:
        await ack()
        left = await leaving.leave(await room.viewer(body), line_of(action), idempotency_key=context[KEY])
        told = message(leavers.left_words(left), [section(escape(leavers.left_words(left)))])
        if body.get("response_url"):
            await respond(text=told.text, blocks=told.blocks, replace_original=False)

    async def somebody_leaves(ack: AsyncAck, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=loading(LEAVES))
        context[OPEN_VIEW] = opened["view"]["id"]
        viewer = await room.viewer(body)
        async with room.desk.pool.acquire() as connection:
            await entitled(room.desk, connection, viewer, "leave", "the form", roles=SEES_OFF, whose=WHO_SEES_OFF)
        await client.views_update(view_id=context[OPEN_VIEW], view=delivery_forms.leaves_form())

    async def said_who_leaves(ack: AsyncAck, body: Json, view: Json) -> None:
        viewer, key = await room.viewer(body), f"view/{view['id']}"
        values = view["state"]["values"]
        user, typed = held(values, ids.BLOCK_WHO).get("selected_user"), text_in(values, ids.BLOCK_WHO_EMAIL)
        block = ids.BLOCK_WHO if user else ids.BLOCK_WHO_EMAIL
        try:
            who = (await room.people.picked(user)).email if user else typed
            if not who:
                raise BadInput("Choose who leaves, or give their e-mail address below.")
            if user and typed and typed.lower() != who:
                raise BadInput("That is not the address of whom you chose; leave one of the two empty.")
            left = await in_time(leaving.leave(viewer, who, idempotency_key=key))
        except QuartermasterError as error:
            await show_errors(ack, {block: str(error)})
            return
        await show_done(ack, LEAVES, escape(leavers.left_words(left)))

    async def allocate(connection: Connection, view: RequestView) -> Json:
        taken = await queries.devices_set_aside(connection)
        return delivery_forms.allocate_form(view, await shelf(connection, view.kind, but_not=taken, limit=SHELVED))

    async def ship(_connection: Connection, view: RequestView) -> Json:
        return delivery_forms.ship_form(view)

    async def cancel(_connection: Connection, view: RequestView) -> Json:
        return delivery_forms.cancel_form(view)

    opens(ids.ALLOCATE, ALLOCATE, Cause.ALLOCATE, allocate)
    opens(ids.SHIP, SHIP, Cause.SHIP, ship)
    opens(ids.CANCEL_ORDER, CANCEL, Cause.CANCEL, cancel)
    does(ids.RECEIVE, deliveries.receive, "thank you, noted that it has arrived.")
    does(ids.CHECK_SETTINGS, deliveries.check, "thank you, noted that the settings are checked.")
    does(ids.TAKE_BACK, deliveries.take_back, "noted that it is back.")
    sent_in(
        ids.VIEW_ALLOCATE,
        ALLOCATE,
        ids.BLOCK_SERIAL,
        lambda viewer, request_id, values, key: deliveries.allocate(
            viewer, request_id, device=text_in(values, ids.BLOCK_SERIAL), idempotency_key=key
        ),
    )
    sent_in(
        ids.VIEW_SHIP,
        SHIP,
        ids.BLOCK_CARRIER,
        lambda viewer, request_id, values, key: deliveries.ship(
            viewer,
            request_id,
            carrier=text_in(values, ids.BLOCK_CARRIER),
            tracking=text_in(values, ids.BLOCK_TRACKING),
            idempotency_key=key,
        ),
    )
    sent_in(
        ids.VIEW_CANCEL_ORDER,
        CANCEL,
        ids.BLOCK_WHY,
        lambda viewer, request_id, values, key: deliveries.cancel(
            viewer, request_id, why=text_in(values, ids.BLOCK_WHY), idempotency_key=key
        ),
    )
    app.action(ids.LEAVES_PATTERN)(leaves)
    app.action(ids.SOMEBODY_LEAVES)(somebody_leaves)
    app.view(ids.VIEW_LEAVES)(said_who_leaves)
