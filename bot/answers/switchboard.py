"""From what was asked to who answers it. Every kind of question has exactly one answer."""

from __future__ import annotations

from typing import assert_never

from bot import grammar
from bot.answers import alerts, budget, conflicts, counts, dead_letters, device, due, leavers, mine, request
from bot.desk import Desk
from bot.grammar import Asked
from bot.render import help as guidance
from bot.render.message import Message
from services.access.viewer import Viewer


async def answer(desk: Desk, viewer: Viewer, asked: Asked) -> Message:
    """Raises QuartermasterError with a sentence for the person."""
    match asked:
        case grammar.Mine():
            return await mine.answer(desk, viewer, asked)
        case grammar.Counts():
            return await counts.answer(desk, viewer, asked)
        case grammar.Due():
            return await due.answer_due(desk, viewer, asked)
        case grammar.Queue():
            return await due.answer_queue(desk, viewer, asked)
        case grammar.Why():
            return await device.answer_why(desk, viewer, asked)
        case grammar.Find():
            return await device.answer_find(desk, viewer, asked)
        case grammar.Budget():
            return await budget.answer(desk, viewer, asked)
        case grammar.Request():
            return await request.answer(desk, viewer, asked)
        case grammar.Alerts():
            return await alerts.answer(desk, viewer, asked)
        case grammar.Conflicts():
            return await conflicts.answer(desk, viewer, asked)
        case grammar.Leavers():
            return await leavers.answer(desk, viewer, asked)
        case grammar.DeadLetters():
            return await dead_letters.answer(desk, viewer, asked)
        case grammar.Help():
            return guidance.render_help(viewer)
        case grammar.Replace():
            return guidance.render_open_form()
        case grammar.Fault():
            return guidance.render_fault(asked)
        case grammar.Unknown():
            return guidance.render_unknown(asked)
        case _:
            assert_never(asked)
