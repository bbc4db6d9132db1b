"""How the steps of a request read in chat: the buttons they are, the forms that ask for their words, what comes next.

Which of them somebody is offered, the machine says; a step that is not named here has no button.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import Block, PlainTextInputElement
from slack_sdk.models.views import View

from bot import ids
from bot.render.fields import field, text_in
from bot.render.message import escape, section
from services.requests.queries import Cause

MOST_WORDS = 1000
REFUSAL = "Refuse a request"


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """A step as a button, which carries the request's id."""

    cause: Cause
    label: str
    action_id: str
    style: str | None = None


OF_APPROVER = (
    Offer(Cause.APPROVE, "Approve", ids.APPROVE, "primary"),
    Offer(Cause.REFUSE, "Refuse…", ids.REFUSE, "danger"),
    Offer(Cause.ASK, "Ask a question…", ids.ASK_BACK),
)
OF_REQUESTER = (
    Offer(Cause.ANSWER, "Answer…", ids.ANSWER, "primary"),
    Offer(Cause.REPAIRED, "It is repaired", ids.REPAIRED, "primary"),
    Offer(Cause.NOT_REPAIRED, "It did not help…", ids.NOT_REPAIRED),
    Offer(Cause.INSIST, "I cannot wait…", ids.INSIST),
    Offer(Cause.WITHDRAW, "Withdraw", ids.WITHDRAW),
)

NEXT: Mapping[str, str] = {
    "waiting_for_approval": "Next: {approver} decides, and you are told.",
    "question_asked": "Next: the question is answered, then {approver} decides.",
    "waiting_for_repair": "Next: end-user services repair it. If that does not help, press “It did not help…”: your "
    "manager decides.",
    "waiting_for_wave": "Next: {wave} orders the new one. If you cannot wait, press “I cannot wait…”: your manager "
    "decides.",
    "approved": "Next: money is set aside and the device is ordered.",
    "waiting_for_money": "Next: it is ordered as soon as there is money for it.",
    "ordered": "Next: the device is delivered to you. No longer needed? End-user services can cancel it.",
    "allocated": "Next: the device from stock is sent to you.",
    "shipped": "Next: the device arrives. Confirm receipt when you have it.",
    "delivered": "Next: confirm that you have it.",
    "waiting_for_check": "Next: the accessibility settings are checked on the new device. Keep the old one until then.",
    "return_due": "Next: the old device goes back to end-user services{back_by}.",
    "refused": "If something has changed, ask again with `/kit replace`.",
    "withdrawn": "If you need it after all, ask again with `/kit replace`.",
}
"""What comes next where a request stands; nothing where it is done."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Asks:
    title: str
    told: str
    label: str
    submit: str


_FORMS: Mapping[Cause, _Asks] = {
    Cause.ASK: _Asks(
        "Ask about a request",
        "Whoever asked for it is asked, and answers here. You decide after that, or at once.",
        "Your question",
        "Ask",
    ),
    Cause.ANSWER: _Asks("Answer", "Whoever decides reads your words.", "Your answer", "Answer"),
    Cause.INSIST: _Asks("Cannot wait", "Your manager decides, and reads your words.", "Why can it not wait?", "Send"),
    Cause.KEEP: _Asks(
        "Still needed",
        "It stays with you. Whoever asked for it reads your words.",
        "What do you need it for?",
        "Keep it",
    ),
    Cause.NOT_REPAIRED: _Asks(
        "Not repaired", "Your manager decides, and reads your words.", "What is still wrong?", "Send"
    ),
}


def title_of(cause: Cause) -> str:
    """What the form for the words of a step is called."""
    return _FORMS[cause].title


def words_form(cause: Cause, request_id: str) -> dict[str, Any]:
    """The form that asks for the words of a step."""
    asks = _FORMS[cause]
    words = PlainTextInputElement(multiline=True, max_length=MOST_WORDS)
    blocks: list[Block] = [section(asks.told), field(ids.BLOCK_WORDS, asks.label, words)]
    return View(
        type="modal",
        callback_id=ids.VIEW_WORDS,
        title=asks.title,
        submit=asks.submit,
        close="Cancel",
        private_metadata=f"{cause}|{request_id}",
        blocks=blocks,
    ).to_dict()


def read_words(values: Mapping[str, Any]) -> str:
    """What was written; empty if nothing was."""
    return text_in(values, ids.BLOCK_WORDS)


def refusal_form(reference: str, request_id: str) -> dict[str, Any]:
    """Asks a manager for the reason of a refusal."""
    words = PlainTextInputElement(multiline=True, max_length=MOST_WORDS)
    blocks: list[Block] = [
        section(f"Whoever asked for {escape(reference)} reads your words."),
        field(ids.BLOCK_REFUSAL, "Why do you refuse?", words),
    ]
    return View(
        type="modal",
        callback_id=ids.VIEW_REFUSE,
        title=REFUSAL,
        submit="Refuse",
        close="Cancel",
        private_metadata=request_id,
        blocks=blocks,
    ).to_dict()


def read_refusal(values: Mapping[str, Any]) -> str:
    """The manager's words; empty if there are none."""
    return text_in(values, ids.BLOCK_REFUSAL)
