"""Planned demand as it was taken down."""

from __future__ import annotations

from bot import ids
from bot.grammar import Queue
from bot.render.message import Message, actions, button, escape, message, section
from bot.render.queue import CAUSES
from bot.render.wording import count_of, day
from services.refresh.commands import DemandView


def render_added(added: DemandView, unit: str) -> Message:
    """The answer to `demand`."""
    what = count_of(added.quantity, added.kind.value)
    told = f"{what} for {CAUSES[added.cause]} in {unit}, needed by {day(added.needed_by)}"
    noted = f":memo: {escape(added.reference)} *{escape(told)}*\n{escape(added.reason)}"
    blocks = [
        section(f"{noted}\nThe next proposal of a wave takes it in."),
        actions(button("Show the queue", ids.ask("queue"), Queue(kind=added.kind, unit=unit).line())),
    ]
    return message(f"Noted as {added.reference}: {told}.", blocks)
