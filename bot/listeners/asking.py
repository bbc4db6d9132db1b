"""Asking for a device: the ways to the form, the form as it is filled in, and the form sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.grammar import Fault, parse
from bot.listeners import losses
from bot.listeners.carried import form_of_ours, line_of
from bot.listeners.forms import in_time, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.notices import names_of
from bot.render import replacement, replacement_values, request
from bot.render.prefill import MOST_WORDS, Prefill, prefilled
from bot.render.replacement_values import Form, SoFar
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.errors import QuartermasterError
from services.register import queries as register_queries
from services.requests.queries import RequestView

Json = dict[str, Any]
NOTHING_KNOWN = Prefill()
_OVERTAKEN = ("hash_conflict", "not_found")
"""The form changed meanwhile, or is closed: there is nothing left to draw."""


async def open_form(
    room: Room, client: AsyncWebClient, body: Mapping[str, Any], context: Json, known: Prefill = NOTHING_KNOWN
) -> None:
    """Open the form: at once with nothing in it, for the trigger soon dies, then filled with what is known."""
    opened = await client.views_open(trigger_id=body["trigger_id"], view=replacement.loading())
    context[OPEN_VIEW] = opened["view"]["id"]
    view = await _drawn(room, await room.viewer(body), SoFar(known))
    await client.views_update(view_id=context[OPEN_VIEW], view=view)


async def after_raised(room: Room, ack: AsyncAck, viewer: Viewer, raised: RequestView) -> None:
    """What follows a request that was raised: the form gives way to policy's verdict and what comes next, or to the
    questions of a loss.
    """
    if not await losses.after_raised(room, ack, viewer, raised):
        await show_done(ack, replacement.TITLE, request.raised_text(raised, names_of(room.desk)))
    await room.tell_of_request(raised)


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def pressed(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        await open_form(room, client, body, context, prefilled(line_of(action)))

    async def from_anywhere(ack: AsyncAck, shortcut: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        await open_form(room, client, shortcut, context)

    async def from_a_message(ack: AsyncAck, shortcut: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        await open_form(room, client, shortcut, context, _told_in(shortcut["message"].get("text") or ""))

    async def choose(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        """What depends on the reason appears; Slack keeps what stands in the other fields."""
        await ack()
        with form_of_ours():
            chosen = replacement_values.chosen_so_far(body["view"]["state"]["values"])
        view = await _drawn(room, await room.viewer(body), chosen)
        try:
            # Of two choices made quickly the form must not end with the first: its hash says which one this answers.
            await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
        except SlackApiError as error:
            if error.response["error"] not in _OVERTAKEN:
                raise

    async def sent(ack: AsyncAck, body: Json, view: Json) -> None:
        with form_of_ours():
            form = replacement_values.read_form(view["state"]["values"], room.desk.today)
        if isinstance(form, dict):
            await show_errors(ack, form)
            return
        try:
            viewer = await room.viewer(body)
            form = await _with_recipient(room, form)
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
                    since=form.since,
                    photos=form.photos,
                    assistive_technology=form.assistive_technology,
                    recipient_email=form.recipient_email or None,
                    recipient_name=form.recipient_name or None,
                    idempotency_key=f"view/{view['id']}",
                )
            )
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_EXPLANATION: str(error)})
            return
        await after_raised(room, ack, viewer, raised)

    app.action(ids.REPLACE)(pressed)
    app.global_shortcut(ids.SHORTCUT_REPLACE)(from_anywhere)
    app.message_shortcut(ids.SHORTCUT_REPLACE_MESSAGE)(from_a_message)
    for block in (ids.BLOCK_REASON, ids.BLOCK_DEVICE, ids.BLOCK_ACCESSIBILITY):
        app.action({"block_id": block, "action_id": block})(choose)
    app.view(ids.VIEW_REPLACE)(sent)


async def _drawn(room: Room, viewer: Viewer, chosen: SoFar) -> Json:
    async with room.desk.pool.acquire() as connection:
        devices = await register_queries.my_devices(connection, viewer, room.desk.today)
    return replacement.form(
        devices,
        chosen.known,
        room.desk.unit_names.get(viewer.unit or "", ""),
        room.desk.today,
        manages=viewer.has(Role.MANAGER),
        accessibility_needs=chosen.accessibility_needs,
        not_listed=chosen.not_listed,
    )


async def _with_recipient(room: Room, form: Form) -> Form:
    """The form with the address of whom they picked in Slack."""
    if form.recipient_user is None:
        return form
    picked = await room.people.picked(form.recipient_user)
    return dataclasses.replace(form, recipient_email=picked.email, recipient_name=form.recipient_name or picked.name)


def _told_in(text: str) -> Prefill:
    """What a message that somebody points at tells: its words, and what it says of kind and reason."""
    asked = parse(text)
    if isinstance(asked, Fault):
        return Prefill(asked.reason, asked.kind, text.strip()[:MOST_WORDS])
    return Prefill(words=text.strip()[:MOST_WORDS])
