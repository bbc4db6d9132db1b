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
from services.budget.queries import Gate, OrderGates
from services.refresh.wave_queries import WaveView

MOST_REFERENCE = 200
ROUTE, APPROVAL = "procurement_route", "approval_reference"
_ASKS: Mapping[str, tuple[str, str]] = {
    ROUTE: ("Procurement route", "How it is bought compliantly: the framework and its number, or the tender."),
    APPROVAL: ("Approval reference", "The Deputy Mayor's decision for orders of £500,000 or more."),
}


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the form carries: the wave, and by place the orders that it asks about."""

    wave_id: UUID
    wave: str
    asks: tuple[tuple[str, str], ...] = ()
    """Order id and the gate that its field is for."""


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
    asks: list[tuple[str, str]] = []
    helpless = False
    for order in view.orders:
        blocks.append(section(_order(order)))
        for gate in order.gates:
            if gate.passed:
                continue
            if gate.name in _ASKS:
                blocks.append(_asking(len(asks), gate, order))
                asks.append((order.order_id, gate.name))
            else:
                helpless = True
    if helpless:
        blocks.append(note("Not to be released as it stands: see what is marked above, then propose anew."))
    else:
        blocks.append(note("All of it is committed and ordered, or nothing. You are told here in chat."))
    held = _Held(wave_id=view.wave_id, wave=view.wave, asks=tuple(asks))
    return View(
        type="modal",
        callback_id=ids.VIEW_RELEASE,
        title="Release a wave",
        submit=None if helpless and not asks else "Release",
        close="Cancel",
        private_metadata=msgspec.json.encode(held).decode(),
        blocks=blocks[:100],
    ).to_dict()


def read_release(metadata: str, values: Values) -> Release | dict[str, str]:
    """What was filled in; or, by block, what is missing."""
    held = msgspec.json.decode(metadata, type=_Held)
    given: dict[str, dict[str, str]] = {ROUTE: {}, APPROVAL: {}}
    errors = {}
    for place, (order_id, gate) in enumerate(held.asks):
        block = ids.release_field(place)
        words = text_in(values, block)
        if not words:
            errors[block] = f"{_ASKS[gate][0]} of {order_id}: without it the order cannot be placed."
        given[gate][order_id] = words
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


def _asking(place: int, gate: Gate, order: OrderGates) -> InputBlock:
    label, hint = _ASKS[gate.name]
    element = PlainTextInputElement(max_length=MOST_REFERENCE)
    return field(ids.release_field(place), shorten(f"{label} of {order.order_id}", 150), element, hint=hint)
