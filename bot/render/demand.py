"""Planned demand: as it was taken down, what is not ordered yet, and as it was taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot import ids
from bot.grammar import Queue
from bot.render.message import Message, actions, button, escape, header, listed, message, section
from bot.render.queue import CAUSES
from bot.render.wording import count_of, day, number, unit_name
from services.refresh.commands import DemandView


def render_added(added: DemandView, unit: str) -> Message:
    """The answer to `demand`."""
    told = _what(added, unit)
    noted = f":memo: {escape(added.reference)} *{escape(told)}*\n{escape(added.reason)}"
    blocks = [
        section(f"{noted}\nThe next proposal of a wave takes it in."),
        actions(button("Show the queue", ids.ask("queue"), Queue(kind=added.kind, unit=unit).line())),
    ]
    return message(f"Noted as {added.reference}: {told}.", blocks)


def render_list(found: Sequence[DemandView], names: Mapping[str, str]) -> Message:
    """The answer to `demand` alone, what is needed first at the top."""
    if not found:
        told = "All that was planned is ordered, or nothing was planned."
        return message(told, [section(told)])
    lines = [
        f"• {escape(each.reference)} *{escape(_what(each, unit_name(names, each.unit)))}*: {number(each.waiting)} "
        f"waiting, {number(each.planned)} in a wave\n> {escape(each.reason)}"
        for each in found
    ]
    return message(f"{count_of(len(found), 'planned demand')}", [header("Planned demand"), listed(lines)])


def render_withdrawn(left: DemandView, names: Mapping[str, str]) -> Message:
    """The answer to `demand withdraw`: what a released wave holds stays until the budget has answered."""
    what = escape(_what(left, unit_name(names, left.unit)))
    held = (
        f"\nOf these a released wave holds {number(left.planned)} until the budget has answered."
        if left.planned
        else ""
    )
    return message(
        f"{left.reference} is withdrawn.", [section(f"{escape(left.reference)} is withdrawn: {what}.{held}")]
    )


def _what(each: DemandView, unit: str) -> str:
    what = count_of(each.quantity, each.kind.value)
    return f"{what} for {CAUSES[each.cause]} in {unit}, needed by {day(each.needed_by)}"
