"""Lost and stolen devices: reported with the request, the few questions after it, and the buttons of a loss."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers.entitlement import looking
from bot.answers.loss import replace
from bot.listeners.carried import form_of_ours, id_in, id_of
from bot.listeners.forms import in_time, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.middleware.once import KEY
from bot.notices import names_of
from bot.render import loss_forms, loss_words, replacement
from bot.render.fields import text_in
from bot.render.loss_forms import TITLE, WRITE_OFF, Told
from bot.render.message import escape
from services.access.viewer import Viewer
from services.errors import NotFound, QuartermasterError, RuleBroken
from services.losses import queries
from services.losses.commands import request_key
from services.losses.queries import Cause, How, LossState, LossView
from services.requests.queries import Reason, RequestView

Json = dict[str, Any]
Result = TypeVar("Result")
SECOND_WORK_SECONDS = 0.9
_HOW: dict[Reason, How] = {Reason.LOST: "lost", Reason.STOLEN: "stolen"}


async def after_raised(room: Room, ack: AsyncAck, viewer: Viewer, raised: RequestView) -> bool:
    """Once somebody asked for a replacement of a device that is gone: report it at once, and go on to the questions.

    True if this acknowledged the form; false where nothing is lost, or what was lost is not on record.
    """
    how = _HOW.get(raised.reason)
    if how is None or raised.device_id is None:
        return False
    told = f"Your request is *{escape(raised.reference)}*. {escape(raised.verdict)}"
    try:
        found = await _soon(
            room.desk.losses.report(
                viewer,
                device_id=raised.device_id,
                how=how,
                request_reference=raised.reference,
                idempotency_key=request_key(raised.request_id),
            )
        )
    except QuartermasterError as error:
        words = f"{told}\n:warning: *The device could not be reported {how}:* {escape(str(error))}"
        await show_done(
            ack, TITLE, f"{words}\nTry `/kit {how} {escape(raised.serial)}` now, or call end-user services."
        )
        return True
    offers = queries.offers(found.loss, viewer, room.desk.directory, room.desk.clock.now())
    await ack(response_action="update", view=loss_forms.questions(found.loss, offers, before=told))
    await room.tell_of_loss(found.loss)
    return True


async def _soon(work: Awaitable[Result]) -> Result:
    """What the work answers, where Slack has waited for other work before. Raises RuleBroken when it takes too long."""
    try:
        async with asyncio.timeout(SECOND_WORK_SECONDS):
            return await work
    except TimeoutError:
        raise RuleBroken("It took too long.") from None


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def open_questions(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        viewer, loss = await _opened(room, body, action, client, context, TITLE, Cause.TELL_MORE)
        offers = queries.offers(loss, viewer, room.desk.directory, room.desk.clock.now())
        place = None
        if loss.request_id is None and viewer.email in (loss.holder_email, loss.reporter_email):
            place = room.desk.unit_names.get(viewer.unit or "", "")
        view = loss_forms.questions(loss, offers, delivery_place=place)
        await client.views_update(view_id=context[OPEN_VIEW], view=view)

    async def open_write_off(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        _, loss = await _opened(room, body, action, client, context, WRITE_OFF, Cause.WRITE_OFF)
        await client.views_update(view_id=context[OPEN_VIEW], view=loss_forms.write_off_form(loss))

    async def answered(ack: AsyncAck, body: Json, view: Json) -> None:
        with form_of_ours():
            told = loss_forms.read_questions(view["private_metadata"], view["state"]["values"], room.desk.today)
        if isinstance(told, dict):
            await show_errors(ack, told)
            return
        viewer = await room.viewer(body)
        try:
            loss = await in_time(_tell_more(room, viewer, told, f"view/{view['id']}"))
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_EXPLANATION: str(error)})
            return
        words = [f"Thank you. Security has your answers to *{escape(loss.reference)}*."]
        if told.wipe_asked:
            words.append(loss_words.wipe(loss, names_of(room.desk)))
        raised = None
        if told.replacement and loss.request_id is None:
            try:
                loss, raised = await _soon(
                    replace(
                        room.desk,
                        viewer,
                        loss,
                        delivery_place=told.delivery_place,
                        explanation=told.explanation,
                        accessibility_needs=told.accessibility_needs,
                    )
                )
                words.append(f"*{escape(raised.reference)}* asks for a new one. {escape(raised.verdict)}")
            except QuartermasterError as error:
                words.append(f":warning: No replacement is asked for yet: {escape(str(error))}")
        await show_done(ack, TITLE, "\n".join(words))
        await room.tell_of_loss(loss)
        if raised is not None:
            await room.tell_of_request(raised)

    async def written_off(ack: AsyncAck, body: Json, view: Json) -> None:
        viewer, loss_id = await room.viewer(body), id_in(view)
        reason, key = text_in(view["state"]["values"], ids.BLOCK_WHY), f"view/{view['id']}"
        try:
            loss = await in_time(room.desk.losses.write_off(viewer, loss_id, reason=reason, idempotency_key=key))
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_WHY: str(error)})
            return
        await show_done(ack, WRITE_OFF, f"*{escape(loss.reference)}* is written off.")
        await room.tell_of_loss(loss)

    app.action(ids.LOSS_TELL)(open_questions)
    app.action(ids.LOSS_WRITE_OFF)(open_write_off)
    app.view(ids.VIEW_LOSS)(answered)
    app.view(ids.VIEW_WRITE_OFF)(written_off)
    losses = room.desk.losses
    for action_id, command in (
        (ids.LOSS_LOCK_AGAIN, losses.lock_again),
        (ids.LOSS_ASK_WIPE, losses.ask_wipe),
        (ids.LOSS_CONFIRM_WIPE, losses.confirm_wipe),
        (ids.LOSS_CALL_OFF, losses.call_off),
        (ids.LOSS_FOUND, losses.find),
    ):
        app.action(action_id)(_pressing(room, command))


def _pressing(room: Room, command: Callable[..., Awaitable[LossView]]) -> Callable[..., Awaitable[None]]:
    """A button that does one thing: everybody's message shows what came of it, and who pressed is told what is left."""

    async def pressed(
        ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        viewer = await room.viewer(body)
        loss = await command(viewer, id_of(action), idempotency_key=context[KEY])
        await room.tell_of_loss(loss)
        if loss.state is LossState.WIPE_ASKED:
            told = f"{loss.reference}: somebody else must confirm the wipe. Security and a manager are asked."
            await respond(text=told, replace_original=False)

    return pressed


async def _opened(
    room: Room,
    body: Json,
    action: Json,
    client: AsyncWebClient,
    context: AsyncBoltContext,
    title: str,
    cause: Cause,
) -> tuple[Viewer, LossView]:
    """Open a modal at once, for the trigger soon dies; who pressed, and the loss, if they may take this step."""
    opened = await client.views_open(trigger_id=body["trigger_id"], view=replacement.loading(title))
    context[OPEN_VIEW] = opened["view"]["id"]
    viewer, loss_id, now = await room.viewer(body), id_of(action), room.desk.clock.now()
    async with room.desk.pool.acquire() as connection, looking(room.desk, connection, viewer, "loss", str(loss_id)):
        loss = await queries.loss(connection, viewer, room.desk.directory, loss_id)
        if loss is None:
            raise NotFound("There is no such loss, or it is not one you may see.")
        queries.check(loss, viewer, room.desk.directory, cause, now)
    return viewer, loss


async def _tell_more(room: Room, viewer: Viewer, told: Told, key: str) -> LossView:
    return await room.desk.losses.tell_more(
        viewer,
        told.loss_id,
        last_seen_on=told.last_seen_on,
        where=told.where,
        crime_reference=told.crime_reference,
        was_unlocked=told.was_unlocked,
        sensitive=told.sensitive,
        explanation=told.explanation,
        wipe_asked=told.wipe_asked,
        idempotency_key=key,
    )
