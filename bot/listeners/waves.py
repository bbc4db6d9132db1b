"""A director's decision on a wave: release, or send back with a reason. Whoever presses first decides."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers.entitlement import entitled
from bot.listeners.carried import form_of_ours, id_in, line_of
from bot.listeners.forms import in_time, patience, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.notices import names_of
from bot.render import replacement, wave, wave_forms
from bot.render.fields import text_in
from bot.render.message import escape, message, section
from schemas.vocabulary import Role
from services.errors import NotFound, QuartermasterError, RuleBroken
from services.refresh import wave_queries
from services.refresh.commands import WaveDecision
from services.refresh.wave_queries import WaveStatus, WaveView

Json = dict[str, Any]
DECIDES = frozenset({Role.DIRECTOR})
RELEASE, SEND_BACK = "Release a wave", "Send a wave back"


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def open_release(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        view = await _opened(body, action, client, context, RELEASE)
        if view.status not in wave.OPEN:
            raise RuleBroken(wave.not_open(view))
        await client.views_update(view_id=context[OPEN_VIEW], view=wave_forms.release_form(view))

    async def open_send_back(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        view = await _opened(body, action, client, context, SEND_BACK)
        if view.status is not WaveStatus.PROPOSED:
            raise RuleBroken(wave.not_open(view))
        await client.views_update(view_id=context[OPEN_VIEW], view=wave_forms.send_back_form(view))

    async def _opened(
        body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext, title: str
    ) -> WaveView:
        opened = await client.views_open(trigger_id=body["trigger_id"], view=replacement.loading(title))
        context[OPEN_VIEW] = opened["view"]["id"]
        viewer, reference = await room.viewer(body), line_of(action)
        async with room.desk.pool.acquire() as connection:
            await entitled(room.desk, connection, viewer, "wave", reference, roles=DECIDES, whose="directors to decide")
            view = await wave_queries.wave(connection, viewer, reference, room.desk.today)
        if view is None:
            raise NotFound(f"There is no wave {reference}.")
        return view

    async def released(ack: AsyncAck, body: Json, view: Json, context: AsyncBoltContext) -> None:
        with form_of_ours():
            form = wave_forms.read_release(view["private_metadata"], view["state"]["values"])
        if isinstance(form, dict):
            await show_errors(ack, form)
            return
        viewer, key = await room.viewer(body), f"view/{view['id']}"
        name = f"*{escape(form.wave)}*"
        # Ten thousand entries take a second or two to be given their places, and a batch may be before them.
        slow = f"{name} is large and still being released; our message tells you what came of it."
        try:
            async with patience(room.received, ack, body, context, RELEASE, slow) as told:
                decision = await room.desk.waves.release(
                    viewer, form.wave_id, routes=form.routes, approvals=form.approvals, idempotency_key=key
                )
        except QuartermasterError as error:
            field = wave_forms.first_field(view["private_metadata"])
            if told.lost:
                why = f"{name} was not released: {escape(str(error))}"
                told_late = message(why.replace("*", ""), [section(why)])
                await room.say_once(key, await room.people.direct_channel(body["user"]["id"]), told_late)
            elif field is None:
                await show_done(ack, RELEASE, escape(str(error)))
            else:
                await show_errors(ack, {field: str(error)})
            return
        if told.lost:
            await room.tell_of_wave(decision.wave.wave)
            return
        words = f"{name} is released and its money being committed; our message tells you what came of it."
        await _decided(ack, RELEASE, decision, words)

    async def sent_back(ack: AsyncAck, body: Json, view: Json) -> None:
        reason = text_in(view["state"]["values"], ids.BLOCK_WHY)
        if not reason:
            await show_errors(ack, {ids.BLOCK_WHY: "The planner needs a reason."})
            return
        viewer, key = await room.viewer(body), f"view/{view['id']}"
        wave_id = id_in(view)
        try:
            decision = await in_time(room.desk.waves.send_back(viewer, wave_id, reason=reason, idempotency_key=key))
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_WHY: str(error)})
            return
        told = f"*{escape(decision.wave.wave)}* is sent back. The planner is told why."
        await _decided(ack, SEND_BACK, decision, told)

    async def _decided(ack: AsyncAck, title: str, decision: WaveDecision, told: str) -> None:
        if not decision.decided_now:
            told = wave.already_decided(decision.wave, names_of(room.desk))
        await show_done(ack, title, told)
        await room.tell_of_wave(decision.wave.wave)

    app.action(ids.WAVE_RELEASE)(open_release)
    app.action(ids.WAVE_SEND_BACK)(open_send_back)
    app.view(ids.VIEW_RELEASE)(released)
    app.view(ids.VIEW_SEND_BACK)(sent_back)
