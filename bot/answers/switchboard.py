"""From what was asked to who answers it. Every kind of question has exactly one answer."""

from __future__ import annotations

from typing import assert_never

from bot import grammar
from bot.answers import (
    acts,
    alerts,
    audit,
    budget,
    conflicts,
    counts,
    cover,
    custody,
    dead_letters,
    deliveries,
    demand,
    device,
    due,
    idle,
    leavers,
    loss,
    mine,
    own,
    queue,
    request,
    surplus,
    wave,
)
from bot.desk import Desk
from bot.grammar import Asked
from bot.render import help as guidance
from bot.render import own as own_words
from bot.render.message import Message
from bot.render.wave import PROPOSES, render_working
from services.access.viewer import Viewer


def first_word(viewer: Viewer, asked: Asked) -> Message | None:
    """What is said at once, before an answer that takes seconds; nothing to somebody who will get no answer."""
    return render_working() if isinstance(asked, grammar.Propose) and viewer.has(*PROPOSES) else None


async def answer(desk: Desk, viewer: Viewer, asked: Asked, key: str | None = None) -> Message:
    """Raises QuartermasterError with a sentence for the person.

    `key` is the delivery's: what a person does with words is done once for it. Questions need none.
    """
    match asked:
        case grammar.Mine():
            return await mine.answer(desk, viewer, asked)
        case grammar.Counts():
            return await counts.answer(desk, viewer, asked)
        case grammar.Due():
            return await due.answer(desk, viewer, asked)
        case grammar.Queue():
            return await queue.answer(desk, viewer, asked)
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
        case grammar.Audit():
            return await audit.answer(desk, viewer, asked)
        case grammar.Conflicts():
            return await conflicts.answer(desk, viewer, asked)
        case grammar.Leavers():
            return await leavers.answer(desk, viewer, asked)
        case grammar.Idle():
            return await idle.answer(desk, viewer, asked)
        case grammar.Surplus():
            return await surplus.answer(desk, viewer, asked)
        case grammar.Deliveries():
            return await deliveries.answer(desk, viewer, asked)
        case grammar.DeadLetters():
            return await dead_letters.answer(desk, viewer, asked)
        case grammar.Wave():
            return await wave.answer(desk, viewer, asked)
        case grammar.Waves():
            return await wave.answer_list(desk, viewer, asked)
        case grammar.Propose():
            return await wave.propose(desk, viewer, asked, _of_delivery(key))
        case grammar.PlanDemand():
            return await demand.add(desk, viewer, asked, _of_delivery(key))
        case grammar.Demands():
            return await demand.answer(desk, viewer, asked)
        case grammar.WithdrawDemand():
            return await demand.withdraw(desk, viewer, asked, _of_delivery(key))
        case grammar.Lost():
            return await loss.report(desk, viewer, asked, _of_delivery(key))
        case grammar.Found():
            return await loss.answer_found(desk, viewer, asked)
        case grammar.Losses():
            return await loss.answer_list(desk, viewer, asked)
        case grammar.Loss():
            return await loss.answer(desk, viewer, asked)
        case grammar.Contracts():
            return await acts.answer_contracts(desk, viewer, asked)
        case grammar.Acts():
            return await acts.answer_acts(desk, viewer, asked)
        case grammar.Override() | grammar.Virement() | grammar.RollOver() | grammar.Reverse():
            return await acts.offer(desk, viewer, asked)
        case grammar.Covers():
            return await cover.answer(desk, viewer, asked)
        case grammar.ArrangeCover():
            return await cover.arrange(desk, viewer, asked, _of_delivery(key))
        case grammar.EndCover():
            return await cover.end(desk, viewer, asked)
        case grammar.Custody():
            return await custody.answer(desk, viewer, asked)
        case grammar.CustodyList():
            return await custody.answer_list(desk, viewer, asked)
        case grammar.CustodyRecord():
            return await custody.answer_record(desk, viewer, asked)
        case grammar.CustodyBatch():
            return await custody.answer_batch(desk, viewer, asked)
        case grammar.CustodyAct():
            return await custody.offer(desk, viewer, asked)
        case grammar.Disposals():
            return await custody.answer_disposals(desk, viewer, asked)
        case grammar.Help():
            return guidance.render_help(viewer)
        case grammar.Replace():
            return guidance.render_open_form()
        case grammar.Fault():
            return await own.answer_fault(desk, viewer, asked)
        case grammar.OwnRequests():
            return await own.answer_requests(desk, viewer, asked)
        case grammar.OwnLosses():
            return await own.answer_losses(desk, viewer, asked)
        case grammar.Wish():
            return own_words.render_wish(asked)
        case grammar.Thanks():
            return own_words.render_thanks()
        case grammar.Elsewhere():
            return own_words.render_elsewhere()
        case grammar.Unknown():
            return guidance.render_unknown(asked)
        case _:
            assert_never(asked)


def _of_delivery(key: str | None) -> str:
    assert key is not None, "what somebody does comes with the key of its delivery"
    return key
