"""The director's forms for a wave: release, with what its orders still lack, and send back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot import ids
from bot.render.fields import Values, field, text_in, words_field
from bot.render.message import escape, note, section, shorten
from bot.render.wave import summary
from bot.render.wording import money
from services.budget.queries import OrderGates
from services.refresh.wave_queries import WaveView

MOST_REFERENCE = 200
ROUTE, APPROVAL, SPLITTING = "procurement_route", "approval_reference", "splitting"
_HELPED = (ROUTE, APPROVAL, SPLITTING)
"""The gates that a reference passes."""
_ASKS: Mapping[str, tuple[str, str]] = {
    ROUTE: ("Procurement route", "How it is bought compliantly: the framework and its number, or the tender."),
    APPROVAL: ("Approval reference", "The Deputy Mayor's decision for orders of £500,000 or more."),
}


class _Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A reference that an order lacks. One that is not `needed` may be left empty."""

    order_id: str
    what: str
    needed: bool = True


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the form carries: the wave, and by place the orders that it asks about."""

    wave_id: UUID
    wave: str
    asks: tuple[_Ask, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Release:
    """What a director released, with the references they gave, by order id."""

    wave_id: UUID
    wave: str
    routes: Mapping[str, str]
    approvals: Mapping[str, str]


def release_form(view: WaveView) -> dict[str, Any]:
    """Every order with its gates, a field for each reference that is missing, and one button.

    What no reference can help stands there too, and then there is no button.
    """
    blocks: list[Block] = [section(f"*Wave {escape(view.wave)}*\n{summary(view)}")]
    asks: list[_Ask] = []
    helpless = any(not gate.passed and gate.name not in _HELPED for order in view.orders for gate in order.gates)
    for order in view.orders:
        blocks.append(section(_order(order)))
        for ask in [] if helpless else _lacking(order):
            blocks.append(_asking(len(asks), ask))
            asks.append(ask)
    if helpless:
        blocks.append(note("It cannot be released as it stands: see what is marked above, then propose anew."))
    else:
        blocks.append(note("All of it is committed and ordered, or nothing. You are told here in chat."))
    held = _Held(wave_id=view.wave_id, wave=view.wave, asks=tuple(asks))
    return View(
        type="modal",
        callback_id=ids.VIEW_RELEASE,
        title="Release a wave",
        submit=None if helpless else "Release",
        close="Cancel",
        private_metadata=msgspec.json.encode(held).decode(),
        blocks=blocks[:100],
    ).to_dict()


def read_release(metadata: str, values: Values) -> Release | dict[str, str]:
    """What was filled in; or, by block, what is missing."""
    held = msgspec.json.decode(metadata, type=_Held)
    given: dict[str, dict[str, str]] = {ROUTE: {}, APPROVAL: {}}
    errors = {}
    for place, ask in enumerate(held.asks):
        words = text_in(values, ids.release_field(place))
        if words:
            given[ask.what][ask.order_id] = words
        elif ask.needed:
            missing = f"{_ASKS[ask.what][0]} of {ask.order_id}: without it the order cannot be placed."
            errors[ids.release_field(place)] = missing
    return errors or Release(held.wave_id, held.wave, given[ROUTE], given[APPROVAL])


def first_field(metadata: str) -> str | None:
    """The block at which a refusal of the whole form can be shown; None if it has no field."""
    return ids.release_field(0) if msgspec.json.decode(metadata, type=_Held).asks else None


def send_back_form(view: WaveView) -> dict[str, Any]:
    """Asks a director for the reason."""
    blocks: list[Block] = [
        section(f"*Wave {escape(view.wave)}*\n{summary(view)}"),
        words_field(ids.BLOCK_WHY, "What should be different?", hint="The planner reads your words."),
    ]
    return View(
        type="modal",
        callback_id=ids.VIEW_SEND_BACK,
        title="Send a wave back",
        submit="Send back",
        close="Cancel",
        private_metadata=str(view.wave_id),
        blocks=blocks,
    ).to_dict()


def _order(order: OrderGates) -> str:
    whom = " · ".join(escape(each) for each in (order.supplier, order.contract_id) if each)
    lines = [f"*{escape(order.order_id)}* {money(order.gross_pence)}{f' · {whom}' if whom else ''}"]
    lines += [
        f"{':white_check_mark:' if gate.passed else ':no_entry:'} {escape(gate.explanation)}" for gate in order.gates
    ]
    return "\n".join(lines)


def _lacking(order: OrderGates) -> list[_Ask]:
    """The references that would pass its gates. Orders that count together may need both; how much they are together
    is not ours to know, so the approval may then be left empty, and the budget decides.
    """
    failed = {gate.name for gate in order.gates if not gate.passed}
    split, asks = SPLITTING in failed, []
    if ROUTE in failed or (split and not order.procurement_route):
        asks.append(_Ask(order_id=order.order_id, what=ROUTE))
    if APPROVAL in failed or (split and not order.approval_reference):
        asks.append(_Ask(order_id=order.order_id, what=APPROVAL, needed=APPROVAL in failed or not asks))
    return asks


def _asking(place: int, ask: _Ask) -> InputBlock:
    label, hint = _ASKS[ask.what]
    element = PlainTextInputElement(max_length=MOST_REFERENCE)
    shown = shorten(f"{label} of {ask.order_id}", 150)
    return field(ids.release_field(place), shown, element, optional=not ask.needed, hint=hint)
