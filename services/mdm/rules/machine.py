"""The life of a command, as data: wanted, until device management took it or it is known that it will not.

A command that was recalled while an attempt may already have reached device management is being withdrawn: it is only
looked for, and never sent again. What device management took is not undone by a recall.
"""

from __future__ import annotations

from enum import StrEnum

from services.machines import NEW, Actor, Machine, Step


class CommandState(StrEnum):
    """Where a command stands."""

    WANTED = "wanted"
    WITHDRAWING = "withdrawing"
    SENT = "sent"
    REFUSED = "refused"
    UNMANAGED = "unmanaged"
    RECALLED = "recalled"


class Cause(StrEnum):
    """What moves a command on."""

    WANT = "want"
    RECALL = "recall"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    REFUSAL = "refusal"
    NOBODY = "nobody"


class Guard(StrEnum):
    """What must hold for a step."""

    UNTOUCHED = "untouched"


_S, _C, _BY = CommandState, Cause, (Actor.MDM,)

COMMAND = Machine(
    "command",
    states={
        _S.WANTED: "It is to be sent to device management.",
        _S.WITHDRAWING: "It was recalled while it was being sent; whether it was taken is being looked up.",
        _S.SENT: "Device management took it.",
        _S.REFUSED: "Device management refused it.",
        _S.UNMANAGED: "No device management knows the device.",
        _S.RECALLED: "It was recalled before it was sent.",
    },
    ends=[_S.SENT, _S.REFUSED, _S.UNMANAGED, _S.RECALLED],
    guards={Guard.UNTOUCHED: "An attempt to send it was begun."},
    steps=[
        Step(NEW, _C.WANT, _S.WANTED, who=_BY, does="wanted"),
        Step(NEW, _C.RECALL, _S.RECALLED, who=_BY, does="recalled before it was heard of"),
        Step(_S.WANTED, _C.RECALL, _S.RECALLED, who=_BY, guards=[Guard.UNTOUCHED], does="recalled"),
        Step(_S.WANTED, _C.RECALL, _S.WITHDRAWING, who=_BY, does="recalled while it was being sent"),
        *(Step(source, _C.TAKEN, _S.SENT, who=_BY, does="sent") for source in (_S.WANTED, _S.WITHDRAWING)),
        Step(_S.WANTED, _C.REFUSAL, _S.REFUSED, who=_BY, does="refused"),
        Step(_S.WANTED, _C.NOBODY, _S.UNMANAGED, who=_BY, does="nobody to send it to"),
        *(
            Step(_S.WITHDRAWING, cause, _S.RECALLED, who=_BY, does="recalled")
            for cause in (_C.NOT_TAKEN, _C.REFUSAL, _C.NOBODY)
        ),
    ],
)
"""Of a state that ended, nothing leads on: late and repeated words change nothing."""


def after(state: str, cause: Cause, *, untouched: bool = False) -> str:
    """The state that follows; the same where `cause` leads nowhere from here."""
    step = COMMAND.step(state, cause, _BY, lambda _: untouched)
    return state if step is None else step.target
