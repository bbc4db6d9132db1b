"""The acts of directors and finance on the books: each opens a form, and each form is done once and recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers.acts import directs, reversing, rolling
from bot.grammar import Opens, Override, Reverse, RollOver, Virement, parse
from bot.listeners.carried import form_of_ours, line_of
from bot.listeners.forms import in_time, show_done, show_errors
from bot.listeners.room import OPEN_VIEW, Room
from bot.notices import names_of
from bot.render import act_forms, replacement
from bot.render.acts import reversal_lines, rolling_lines, stands_against
from bot.render.message import escape
from bot.render.wording import LINES, count_of, money
from services.budget.queries import financial_year
from services.errors import BadInput, QuartermasterError

Json = dict[str, Any]
OVERRIDE, VIREMENT, ROLL_OVER, REVERSE = "Override a limit", "Move money", "Roll over", "Reverse a document"
_TITLES: Mapping[type[Opens], str] = {
    Override: OVERRIDE,
    Virement: VIREMENT,
    RollOver: ROLL_OVER,
    Reverse: REVERSE,
}


async def open_form(room: Room, client: AsyncWebClient, body: Mapping[str, Any], context: Json, asked: Opens) -> None:
    """At once with nothing in it, for the trigger soon dies; then filled, for those who may."""
    opened = await client.views_open(trigger_id=body["trigger_id"], view=replacement.loading(_TITLES[type(asked)]))
    context[OPEN_VIEW] = opened["view"]["id"]
    viewer, year = await room.viewer(body), financial_year(room.desk.today)
    match asked:
        case Override():
            await directs(room.desk, viewer, "override", year)
            view = act_forms.override_form(year)
        case Virement():
            await directs(room.desk, viewer, "virement", year)
            view = act_forms.virement_form(year)
        case RollOver(year):
            view = act_forms.roll_over_form(year, rolling_lines(await rolling(room.desk, viewer, year)))
        case Reverse(term):
            found = await reversing(room.desk, viewer, term)
            view = act_forms.reverse_form(
                found.document_id, reversal_lines(found), stands_against(found, names_of(room.desk))
            )
    await client.views_update(view_id=context[OPEN_VIEW], view=view)


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def pressed(
        ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        asked = parse(line_of(action))
        if not isinstance(asked, Opens):
            raise BadInput("this button is from an older version; ask anew")
        await open_form(room, client, body, context, asked)

    async def overridden(ack: AsyncAck, body: Json, view: Json) -> None:
        with form_of_ours():
            form = act_forms.read_override(view["private_metadata"], view["state"]["values"])
        if isinstance(form, dict):
            await show_errors(ack, form)
            return
        viewer = await room.viewer(body)
        common: Json = {
            "financial_year": form.financial_year,
            "reason": form.reason,
            "idempotency_key": f"view/{view['id']}",
        }
        if form.line is not None:
            act = room.desk.budgets.override_line(viewer, line=form.line, pence=form.extra, **common)
            told = f"{LINES[form.line]} may go {money(form.extra)} beyond its limit in {form.financial_year}."
        else:
            assert form.kind is not None, "a form names a line or a kind"
            act = room.desk.budgets.override_cap(viewer, kind=form.kind, devices=form.extra, **common)
            told = f"{count_of(form.extra, form.kind.value)} beyond the cap of {form.financial_year} may be ordered."
        await _done(ack, act, OVERRIDE, told, ids.BLOCK_EXTRA)

    async def moved(ack: AsyncAck, body: Json, view: Json) -> None:
        with form_of_ours():
            form = act_forms.read_virement(view["private_metadata"], view["state"]["values"])
        if isinstance(form, dict):
            await show_errors(ack, form)
            return
        act = room.desk.budgets.move(
            await room.viewer(body),
            financial_year=form.financial_year,
            from_line=form.from_line,
            to_line=form.to_line,
            pence=form.pence,
            reason=form.reason,
            idempotency_key=f"view/{view['id']}",
        )
        told = f"{money(form.pence)} moved from {LINES[form.from_line]} to {LINES[form.to_line]}."
        await _done(ack, act, VIREMENT, told, ids.BLOCK_EXTRA)

    async def rolled_over(ack: AsyncAck, body: Json, view: Json) -> None:
        reason, year = act_forms.read_reason(view["state"]["values"]), view["private_metadata"]
        if isinstance(reason, dict):
            await show_errors(ack, reason)
            return
        act = room.desk.budgets.roll_over(
            await room.viewer(body), financial_year=year, reason=reason, idempotency_key=f"view/{view['id']}"
        )
        await _done(ack, act, ROLL_OVER, f"The open commitments of {year} stand in the next year now.", ids.BLOCK_WHY)

    async def reversed_(ack: AsyncAck, body: Json, view: Json) -> None:
        reason, document_id = act_forms.read_reason(view["state"]["values"]), view["private_metadata"]
        if isinstance(reason, dict):
            await show_errors(ack, reason)
            return
        act = room.desk.budgets.reverse(
            await room.viewer(body), document_id=document_id, reason=reason, idempotency_key=f"view/{view['id']}"
        )
        await _done(ack, act, REVERSE, f"`{escape(document_id)}` is reversed.", ids.BLOCK_WHY)

    async def _done(ack: AsyncAck, act: Awaitable[object], title: str, told: str, field: str) -> None:
        try:
            await in_time(act)
        except QuartermasterError as error:
            await show_errors(ack, {field: str(error)})
            return
        await show_done(ack, title, f":white_check_mark: {told}\nIt is recorded: `/kit acts`.")

    for action_id in (ids.OVERRIDE, ids.VIREMENT, ids.ROLL_OVER, ids.REVERSE):
        app.action(action_id)(pressed)
    app.view(ids.VIEW_OVERRIDE)(overridden)
    app.view(ids.VIEW_VIREMENT)(moved)
    app.view(ids.VIEW_ROLL_OVER)(rolled_over)
    app.view(ids.VIEW_REVERSE)(reversed_)
