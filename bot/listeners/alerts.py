"""The buttons of an alert and their forms: acknowledge, snooze, assign. Its own messages show what came of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers import alerts
from bot.answers.entitlement import looking
from bot.grammar import Alerts, parse
from bot.listeners.carried import OLDER, form_of_ours, line_of
from bot.listeners.forms import in_time, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.middleware.once import KEY
from bot.notices import names_of
from bot.render import alert_forms, replacement
from bot.render.alert_words import handling
from bot.render.message import escape
from services.access.viewer import Viewer
from services.errors import BadInput, NotFound, QuartermasterError
from services.watch import queries
from services.watch.queries import AlertView, Cause

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class _Carried:
    """Which life of which alert; `line` is the question whose answer was pressed on, if it was one."""

    key: str
    episode: int
    line: str


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""
    commands = room.desk.alerts

    async def acknowledge(
        ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        await ack()
        viewer, which = await room.viewer(body), _read(line_of(action))
        view = await commands.acknowledge(viewer, which.key, which.episode, idempotency_key=context[KEY])
        await room.tell_of_alert(view)
        asked = parse(which.line) if which.line else None
        if isinstance(asked, Alerts):
            told = await alerts.answer(room.desk, viewer, asked)
            # Only who asked reads an ephemeral answer, so it may be changed under them.
            own = bool(body.get("container", {}).get("is_ephemeral"))
            await respond(text=told.text, blocks=told.blocks, replace_original=own)

    async def open_snooze(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        which = _read(line_of(action))
        view = await _opened(room, body, which, client, context, alert_forms.SNOOZE, Cause.SNOOZE)
        form = alert_forms.snooze_form(view, names_of(room.desk), which.line, room.desk.clock.now())
        await client.views_update(view_id=context[OPEN_VIEW], view=form)

    async def open_assign(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        which = _read(line_of(action))
        view = await _opened(room, body, which, client, context, alert_forms.ASSIGN, Cause.ASSIGN)
        form = alert_forms.assign_form(view, names_of(room.desk), which.line)
        await client.views_update(view_id=context[OPEN_VIEW], view=form)

    async def snoozed(ack: AsyncAck, body: Json, view: Json) -> None:
        with form_of_ours():
            which = _read(view["private_metadata"])
            until = alert_forms.read_snooze(view["state"]["values"], room.desk.clock.now())
        if isinstance(until, dict):
            await show_errors(ack, until)
            return
        viewer, key = await room.viewer(body), f"view/{view['id']}"
        try:
            done = await in_time(commands.snooze(viewer, which.key, which.episode, until=until, idempotency_key=key))
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_SNOOZE: str(error)})
            return
        await _show(ack, done, alert_forms.SNOOZE)

    async def assigned(ack: AsyncAck, body: Json, view: Json) -> None:
        with form_of_ours():
            which = _read(view["private_metadata"])
            picked = alert_forms.read_assignee(view["state"]["values"])
        viewer, key = await room.viewer(body), f"view/{view['id']}"
        try:
            to = await room.people.picked(picked)
            done = await in_time(
                commands.assign(viewer, which.key, which.episode, assignee=to.email, idempotency_key=key)
            )
        except QuartermasterError as error:
            await show_errors(ack, {ids.BLOCK_ASSIGNEE: str(error)})
            return
        await _show(ack, done, alert_forms.ASSIGN)

    async def _show(ack: AsyncAck, done: AlertView, title: str) -> None:
        await show_done(ack, title, f"*{escape(done.headline)}*\n{handling(done, names_of(room.desk))}")
        await room.tell_of_alert(done)

    app.action(ids.ALERT_ACKNOWLEDGE)(acknowledge)
    app.action(ids.ALERT_SNOOZE)(open_snooze)
    app.action(ids.ALERT_ASSIGN)(open_assign)
    app.view(ids.VIEW_SNOOZE)(snoozed)
    app.view(ids.VIEW_ASSIGN)(assigned)


async def _opened(
    room: Room,
    body: Json,
    which: _Carried,
    client: AsyncWebClient,
    context: AsyncBoltContext,
    title: str,
    cause: Cause,
) -> AlertView:
    """Open a modal at once, for the trigger soon dies; then the alert, if they may take this step."""
    opened = await client.views_open(trigger_id=body["trigger_id"], view=replacement.loading(title))
    context[OPEN_VIEW] = opened["view"]["id"]
    viewer: Viewer = await room.viewer(body)
    desk = room.desk
    async with desk.pool.acquire() as connection, looking(desk, connection, viewer, "alerts", which.key):
        view = await queries.alert(connection, viewer, which.key, which.episode, desk.today)
        if view is None:
            raise NotFound("There is no such alert, or it is not one you may see.")
        queries.check(view, viewer, cause)
    return view


def _read(carried: object) -> _Carried:
    episode, _, rest = carried.partition("|") if isinstance(carried, str) else ("", "", "")
    line, _, key = rest.partition("|")
    if not (episode.isascii() and episode.isdigit() and len(episode) < 10 and key):
        raise BadInput(OLDER)
    return _Carried(key, int(episode), line)
