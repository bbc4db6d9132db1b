"""Acts in custody: the forms that ask for their details, the files put into them, and what came of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import msgspec
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers.custody import certificate_file, devices_in, may_act
from bot.device_lists import checked, read_file, read_pasted
from bot.grammar import CustodyAct, parse
from bot.listeners.carried import form_of_ours, line_of
from bot.listeners.forms import patience, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.notices import names_of
from bot.render import custody_batch, custody_form_values, custody_forms, replacement
from bot.render.custody_form_values import ActForm
from bot.render.custody_forms import TITLE
from bot.render.message import escape, message, section
from services.access.viewer import Viewer
from services.custody import queries
from services.custody.commands import Details
from services.custody.queries import BatchView, Cause
from services.errors import BadInput, QuartermasterError, RuleBroken

Json = dict[str, Any]
_SLOW = "That takes a little longer. A message tells you what came of it."
_UNKNOWN = "No device of that name is in custody, among those you may see."


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """What an act did, and the digest of the file that was kept as its proof."""

    batch: BatchView
    digest: str | None


async def open_form(
    room: Room, client: AsyncWebClient, body: Mapping[str, Any], context: Json, asked: CustodyAct
) -> None:
    """At once with nothing in it, for the trigger soon dies; then filled, for those who may."""
    opened = await client.views_open(trigger_id=body["trigger_id"], view=replacement.loading(TITLE))
    context[OPEN_VIEW] = opened["view"]["id"]
    viewer = await room.viewer(body)
    async with room.desk.pool.acquire() as connection:
        await may_act(room.desk, connection, viewer, asked)
        devices = await devices_in(room.desk, connection, viewer, asked)
    if asked.cause is not None:
        view = _act_form(asked, asked.cause, devices)
    else:
        causes = queries.acts_from(viewer, asked.state) if asked.state else queries.acts_of(viewer)
        if not causes:
            raise RuleBroken("There is nothing that you could do with those devices.")
        view = custody_forms.choice_form(asked, causes, devices)
    await client.views_update(view_id=context[OPEN_VIEW], view=view)


def _act_form(asked: CustodyAct, cause: Cause, devices: int | None) -> Json:
    return custody_forms.act_form(asked, cause, queries.charity_routes(), devices)


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def pressed(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        asked = parse(line_of(action))
        if not isinstance(asked, CustodyAct):
            raise BadInput("this button is from an older version; ask anew")
        await open_form(room, client, body, context, asked)

    async def chosen(ack: AsyncAck, body: Json, view: Json) -> None:
        with form_of_ours():
            choice = custody_form_values.read_choice(view["private_metadata"], view["state"]["values"])
        if isinstance(choice, dict):
            await show_errors(ack, choice)
            return
        assert choice.cause is not None, "a choice names the act"
        viewer = await room.viewer(body)
        async with room.desk.pool.acquire() as connection:
            await may_act(room.desk, connection, viewer, choice)
            devices = await devices_in(room.desk, connection, viewer, choice)
        await ack(response_action="update", view=_act_form(choice, choice.cause, devices))

    async def acted(ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        with form_of_ours():
            form = custody_form_values.read_act(view["private_metadata"], view["state"]["values"])
        if isinstance(form, dict):
            await show_errors(ack, form)
            return
        viewer, key = await room.viewer(body), f"view/{view['id']}"
        try:
            async with patience(room.received, ack, body, context, TITLE, _SLOW) as told:
                done = await _act(viewer, form, key)
        except QuartermasterError as error:
            # Taken up after a crash it may have been done before, and fail only now.
            before = await room.desk.custodies.done_before(viewer, idempotency_key=key) if told.lost else None
            if before is not None:
                done = Done(before, None)
            elif told.lost:
                why = f"Nothing was done. {_plain(error)}"
                await room.say_once(key, await _direct(body), message(why, [section(escape(why))]))
                return
            else:
                await show_errors(ack, {_field(form, error): _plain(error)})
                return
        many = form.act.on is None or form.act.state is not None
        if not told.lost:
            await show_done(ack, TITLE, _told(done, many=many))
        if many or told.lost:
            shown = custody_batch.render_batch(done.batch, names_of(room.desk))
            await room.say_once(key, await _direct(body), shown)
        if many and _is_certified(done):
            await room.send_file(
                client, body["user"]["id"], await certificate_file(room.desk, viewer, done.batch.batch)
            )

    async def _act(viewer: Viewer, form: ActForm, key: str) -> Done:
        # Before any file is fetched or device looked up for them.
        async with room.desk.pool.acquire() as connection:
            await may_act(room.desk, connection, viewer, form.act)
        references, unknown = await _references(viewer, form)
        details, digest = await _with_document(viewer, form)
        custodies = room.desk.custodies
        if form.act.state is not None:
            batch = await custodies.act_on_all(viewer, form.cause, form.act.state, details, idempotency_key=key)
        else:
            batch = await custodies.act(viewer, form.cause, references, details, idempotency_key=key)
        stayed = (*batch.refused, *((name, _UNKNOWN) for name in unknown))
        return Done(msgspec.structs.replace(batch, refused=stayed), digest)

    async def _references(viewer: Viewer, form: ActForm) -> tuple[list[str], list[str]]:
        """The C-numbers meant, and the names that are none's."""
        if form.act.on is not None:
            return ([] if form.act.state else [form.act.on]), []
        where = ids.BLOCK_DEVICES
        names = read_pasted(form.pasted)
        if form.list_file is not None:
            where = ids.BLOCK_DEVICES_FILE
            names += read_file((await room.uploads.fetch(form.list_file, where)).content, where)
        names = checked(list(dict.fromkeys(names)), where)
        async with room.desk.pool.acquire() as connection:
            found = await queries.references_of(connection, viewer, names)
        if not found:
            raise BadInput("none of these devices is in custody, among those you may see", where=where)
        return list(dict.fromkeys(found.values())), [name for name in names if name not in found]

    async def _with_document(viewer: Viewer, form: ActForm) -> tuple[Details, str | None]:
        """The details, with the file that proves them kept."""
        if form.document is None:
            return form.details, None
        upload = await room.uploads.fetch(form.document, ids.BLOCK_DOCUMENT)
        kept = await room.desk.custodies.keep_document(viewer, name=upload.name, content=upload.content)
        return msgspec.structs.replace(form.details, document_id=kept.document_id), kept.digest

    async def _direct(body: Json) -> str:
        return await room.people.direct_channel(body["user"]["id"])

    app.action(ids.CUSTODY_ACT_PATTERN)(pressed)
    app.view(ids.VIEW_CUSTODY_CHOICE)(chosen)
    app.view(ids.VIEW_CUSTODY_ACT)(acted)


def _is_certified(done: Done) -> bool:
    """Whether the act proved or ended something: a review alone needs no certificate of its own."""
    return done.batch.cause is not Cause.REVIEW and any(map(queries.certifiable, done.batch.moved))


def _told(done: Done, *, many: bool) -> str:
    """What the form gives way to."""
    batch = done.batch
    lines = [f":white_check_mark: {custody_batch.outcome(batch)}"]
    if not many:
        lines += [f"{escape(each)}: {escape(why)}" for each, why in batch.refused]
    if done.digest:
        lines.append(f"The file is kept whole; its fingerprint (SHA-256) is `{done.digest}`.")
    lines.append(_look(batch.moved[0].reference) if not many and batch.moved else f"Batch *{batch.batch}*.")
    if many:
        with_it = ", with the certificate" if _is_certified(done) else ""
        lines.append(f"A message to you says what moved, what stayed and why{with_it}.")
    return "\n".join(lines)


def _look(reference: str) -> str:
    return f"Its chain: `/kit custody {reference}`."


def _field(form: ActForm, error: QuartermasterError) -> str:
    """The field that an error is about, or the one that takes all others."""
    where = error.where if isinstance(error, BadInput) else ""
    where = ids.BLOCK_DOCUMENT if where in ("name", "file") else where
    return (
        where
        if custody_form_values.has_field(form.act, form.cause, where)
        else custody_form_values.first_field(form.act)
    )


def _plain(error: QuartermasterError) -> str:
    """The sentence without the name of its field, where it stands anyhow."""
    said = str(error)
    if isinstance(error, BadInput) and error.where:
        said = said.removeprefix(f"{error.where}: ")
    said = said[:1].upper() + said[1:]
    return said if said.endswith((".", "?", "!")) else f"{said}."
