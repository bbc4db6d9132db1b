"""The life of a request, as data: from asking, past a decision, a delivery and the old device's return, to its end.

Nothing outside this table says what may happen to a request. `docs/machines.md` draws it.
"""

from __future__ import annotations

from enum import StrEnum

from services.machines import NEW, Actor, Machine, Step


class Status(StrEnum):
    """Where a request stands."""

    WAITING_FOR_APPROVAL = "waiting_for_approval"
    QUESTION_ASKED = "question_asked"
    WAITING_FOR_REPAIR = "waiting_for_repair"
    WAITING_FOR_WAVE = "waiting_for_wave"
    APPROVED = "approved"
    WAITING_FOR_MONEY = "waiting_for_money"
    ORDERED = "ordered"
    ALLOCATED = "allocated"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    WAITING_FOR_CHECK = "waiting_for_check"
    RETURN_DUE = "return_due"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDED = (Status.CLOSED, Status.REFUSED, Status.WITHDRAWN)
OPEN = tuple(status for status in Status if status not in ENDED)
"""A device has at most one request in these states."""
UNDECIDED = (Status.WAITING_FOR_APPROVAL, Status.QUESTION_ASKED)
"""While somebody is to decide."""
AWAITED = (
    Status.APPROVED,
    Status.WAITING_FOR_MONEY,
    Status.WAITING_FOR_WAVE,
    Status.ORDERED,
    Status.ALLOCATED,
    Status.SHIPPED,
)
"""Where a new device may come into use, whatever has been heard of its money or its way."""


class Cause(StrEnum):
    """What moves a request on."""

    RAISE = "raise"
    LEAVE = "leave"
    RECLAIM = "reclaim"
    KEEP = "keep"
    CALL_OFF = "call_off"
    APPROVE = "approve"
    REFUSE = "refuse"
    ASK = "ask"
    ANSWER = "answer"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    INSIST = "insist"
    REPAIRED = "repaired"
    NOT_REPAIRED = "not_repaired"
    COMMITTED = "committed"
    NO_MONEY = "no_money"
    WAVE_ORDERED = "wave_ordered"
    WAVE_LOST = "wave_lost"
    ALLOCATE = "allocate"
    CANCEL = "cancel"
    SHIP = "ship"
    ENROLLED = "enrolled"
    HAS_ANOTHER = "has_another"
    RECEIVE = "receive"
    CHECK = "check"
    CHASE = "chase"
    RETURNED = "returned"


class Guard(StrEnum):
    """What must hold for a step; `services/requests/rules/guards.py` answers each from the facts."""

    REPAIR_FIRST = "repair_first"
    WAVE_SERVES = "wave_serves"
    STOCK_SERVES = "stock_serves"
    DUE_NOW = "due_now"
    STOCK_AT_HAND = "stock_at_hand"
    DEVICE_NAMED = "device_named"
    NEEDS_CHECK = "needs_check"
    OLD_GOES_BACK = "old_goes_back"
    STILL_WAITS = "still_waits"
    ASKED_BACK = "asked_back"


_S, _C, _G, _A = Status, Cause, Guard, Actor
_WITHDRAWS = (_A.REQUESTER, _A.RECIPIENT)
_HANDS_OVER = (_A.RECIPIENT, _A.REQUESTER, _A.PLANNER)
_SEES_OFF = (_A.MANAGER, _A.PLANNER)
_NOT_SENT = (
    _S.WAITING_FOR_APPROVAL,
    _S.QUESTION_ASKED,
    _S.WAITING_FOR_REPAIR,
    _S.WAITING_FOR_WAVE,
    _S.APPROVED,
    _S.WAITING_FOR_MONEY,
    _S.ORDERED,
    _S.ALLOCATED,
)
"""Where whom it is for has no new device yet, nor is one on its way to them."""


def _decisions(source: Status) -> list[Step]:
    """What an approver, and the requester, may do while nobody has decided."""
    return [
        Step(
            source,
            _C.APPROVE,
            _S.ALLOCATED,
            who=[_A.APPROVER],
            guards=[_G.STOCK_AT_HAND],
            does="approved; one comes from stock",
        ),
        Step(source, _C.APPROVE, _S.APPROVED, who=[_A.APPROVER], does="approved"),
        Step(source, _C.REFUSE, _S.REFUSED, who=[_A.APPROVER], does="refused"),
        Step(source, _C.WITHDRAW, _S.WITHDRAWN, who=_WITHDRAWS, does="withdrawn"),
    ]


def _handed_over(source: Status, cause: Cause, who: tuple[Actor, ...], does: str) -> list[Step]:
    """What follows once the new device is in its user's hands: first their accessibility needs, then the old one."""
    return [
        Step(source, cause, _S.WAITING_FOR_CHECK, who=who, guards=[_G.NEEDS_CHECK], does=does),
        *_after_check(source, cause, who, does),
    ]


def _after_check(source: Status, cause: Cause, who: tuple[Actor, ...], does: str) -> list[Step]:
    return [
        Step(source, cause, _S.RETURN_DUE, who=who, guards=[_G.OLD_GOES_BACK], does=does),
        Step(source, cause, _S.CLOSED, who=who, does=does),
    ]


def _reminder(state: Status) -> Step:
    """The clock reminds who should act; nothing moves."""
    return Step(state, _C.CHASE, state, who=[_A.CLOCK], guards=[_G.STILL_WAITS], does="reminded")


REQUEST = Machine(
    "request",
    states={
        _S.WAITING_FOR_APPROVAL: "It waits for a manager's approval.",
        _S.QUESTION_ASKED: "Who decides has asked something, and it waits for the answer.",
        _S.WAITING_FOR_REPAIR: "The device is to be repaired under its warranty first.",
        _S.WAITING_FOR_WAVE: "A wave of the refresh plan replaces the device.",
        _S.APPROVED: "It is approved, and money is being set aside.",
        _S.WAITING_FOR_MONEY: "It is approved and waits for money.",
        _S.ORDERED: "The new device is on order.",
        _S.ALLOCATED: "A device from stock is set aside for it.",
        _S.SHIPPED: "The new device is on its way.",
        _S.DELIVERED: "The new device is there and enrolled; receipt is not confirmed yet.",
        _S.WAITING_FOR_CHECK: "Accessibility settings are to be checked before the old device goes back.",
        _S.RETURN_DUE: "The old device is to go back.",
        _S.CLOSED: "It is done.",
        _S.REFUSED: "It was refused.",
        _S.WITHDRAWN: "It was withdrawn.",
    },
    ends=ENDED,
    guards={
        _G.REPAIR_FIRST: "Policy does not send this device to repair.",
        _G.WAVE_SERVES: "No wave replaces this device.",
        _G.STOCK_SERVES: "Nothing in stock may serve this request without a manager.",
        _G.DUE_NOW: "The device is not due for replacement.",
        _G.STOCK_AT_HAND: "Nothing in stock fits.",
        _G.DEVICE_NAMED: "Choose a device in stock of the kind that was asked for, which is set aside for nobody else.",
        _G.NEEDS_CHECK: "There are no accessibility needs to check.",
        _G.OLD_GOES_BACK: "There is no old device to hand back.",
        _G.STILL_WAITS: "It has not waited long enough.",
        _G.ASKED_BACK: "It is not asked for as idle or surplus: it goes back for another reason.",
    },
    steps=[
        # Asking: policy's verdict says where a request begins.
        Step(
            NEW,
            _C.RAISE,
            _S.WAITING_FOR_REPAIR,
            who=[_A.REQUESTER],
            guards=[_G.REPAIR_FIRST],
            does="asked for; repair under warranty first",
        ),
        Step(
            NEW,
            _C.RAISE,
            _S.WAITING_FOR_WAVE,
            who=[_A.REQUESTER],
            guards=[_G.WAVE_SERVES],
            does="asked for; its wave replaces it",
        ),
        Step(
            NEW,
            _C.RAISE,
            _S.ALLOCATED,
            who=[_A.REQUESTER],
            guards=[_G.STOCK_SERVES],
            does="asked for; one comes from stock",
        ),
        Step(NEW, _C.RAISE, _S.APPROVED, who=[_A.REQUESTER], guards=[_G.DUE_NOW], does="asked for; it is due anyway"),
        Step(NEW, _C.RAISE, _S.WAITING_FOR_APPROVAL, who=[_A.REQUESTER], does="asked for"),
        # Somebody leaves: nothing is replaced, and what they hold is due back.
        Step(NEW, _C.LEAVE, _S.RETURN_DUE, who=_SEES_OFF, does="due back, for its holder leaves"),
        # What they asked for ends. A device that is sent or handed over is theirs by now: it is due back as the others.
        *(
            Step(source, _C.LEAVE, _S.WITHDRAWN, who=_SEES_OFF, does="withdrawn, for whom it is for leaves")
            for source in _NOT_SENT
        ),
        *(
            Step(source, _C.LEAVE, _S.CLOSED, who=_SEES_OFF, does="ended, for its user leaves; the new one is due back")
            for source in (_S.SHIPPED, _S.DELIVERED, _S.WAITING_FOR_CHECK)
        ),
        # A manager asks for what stands idle or is one too many. Whoever holds it may say that they need it.
        Step(NEW, _C.RECLAIM, _S.RETURN_DUE, who=_SEES_OFF, does="asked for back"),
        Step(
            _S.RETURN_DUE,
            _C.KEEP,
            _S.WITHDRAWN,
            who=[_A.RECIPIENT],
            guards=[_G.ASKED_BACK],
            does="stays: its holder still needs it",
        ),
        Step(
            _S.RETURN_DUE,
            _C.CALL_OFF,
            _S.WITHDRAWN,
            who=_SEES_OFF,
            guards=[_G.ASKED_BACK],
            does="asked for no more",
        ),
        # Who leaves has no choice: it is due back as all they hold.
        Step(
            _S.RETURN_DUE,
            _C.LEAVE,
            _S.RETURN_DUE,
            who=_SEES_OFF,
            guards=[_G.ASKED_BACK],
            does="due back all the same, for its holder leaves",
        ),
        # Deciding.
        *_decisions(_S.WAITING_FOR_APPROVAL),
        *_decisions(_S.QUESTION_ASKED),
        Step(_S.WAITING_FOR_APPROVAL, _C.ASK, _S.QUESTION_ASKED, who=[_A.APPROVER], does="asked back"),
        Step(_S.QUESTION_ASKED, _C.ANSWER, _S.WAITING_FOR_APPROVAL, who=_WITHDRAWS, does="answered"),
        _reminder(_S.QUESTION_ASKED),
        Step(
            _S.WAITING_FOR_APPROVAL,
            _C.ESCALATE,
            _S.WAITING_FOR_APPROVAL,
            who=[_A.CLOCK],
            guards=[_G.STILL_WAITS],
            does="handed on to the next manager above",
        ),
        # Waiting for a repair, or for a wave.
        Step(
            _S.WAITING_FOR_REPAIR,
            _C.REPAIRED,
            _S.CLOSED,
            who=[*_WITHDRAWS, _A.PLANNER, _A.REGISTER],
            does="repaired",
        ),
        Step(
            _S.WAITING_FOR_REPAIR,
            _C.NOT_REPAIRED,
            _S.WAITING_FOR_APPROVAL,
            who=[*_WITHDRAWS, _A.PLANNER],
            does="repair did not help",
        ),
        _reminder(_S.WAITING_FOR_REPAIR),
        Step(_S.WAITING_FOR_REPAIR, _C.WITHDRAW, _S.WITHDRAWN, who=_WITHDRAWS, does="withdrawn"),
        Step(_S.WAITING_FOR_WAVE, _C.WAVE_ORDERED, _S.ORDERED, who=[_A.REFRESH], does="ordered with its wave"),
        Step(
            _S.WAITING_FOR_WAVE,
            _C.WAVE_LOST,
            _S.WAITING_FOR_APPROVAL,
            who=[_A.REFRESH],
            does="no wave replaces it any more",
        ),
        Step(_S.WAITING_FOR_WAVE, _C.INSIST, _S.WAITING_FOR_APPROVAL, who=_WITHDRAWS, does="cannot wait"),
        Step(_S.WAITING_FOR_WAVE, _C.WITHDRAW, _S.WITHDRAWN, who=_WITHDRAWS, does="withdrawn"),
        # Money and stock.
        Step(_S.APPROVED, _C.COMMITTED, _S.ORDERED, who=[_A.BUDGET], does="money is set aside"),
        Step(_S.APPROVED, _C.NO_MONEY, _S.WAITING_FOR_MONEY, who=[_A.BUDGET], does="there is no money yet"),
        Step(_S.WAITING_FOR_MONEY, _C.COMMITTED, _S.ORDERED, who=[_A.BUDGET], does="money is set aside"),
        Step(_S.WAITING_FOR_MONEY, _C.WITHDRAW, _S.WITHDRAWN, who=[*_WITHDRAWS, _A.PLANNER], does="withdrawn"),
        *(
            Step(
                source,
                _C.ALLOCATE,
                _S.ALLOCATED,
                who=[_A.PLANNER],
                guards=[_G.DEVICE_NAMED],
                does="a device is set aside",
            )
            for source in (_S.WAITING_FOR_MONEY, _S.ORDERED, _S.ALLOCATED, _S.SHIPPED)
        ),
        Step(_S.WAITING_FOR_MONEY, _C.CANCEL, _S.WITHDRAWN, who=[_A.PLANNER], does="cancelled"),
        Step(_S.ORDERED, _C.CANCEL, _S.WITHDRAWN, who=[_A.PLANNER], does="cancelled; what was ordered goes to stock"),
        Step(_S.ALLOCATED, _C.CANCEL, _S.WITHDRAWN, who=[_A.PLANNER], does="cancelled; what was set aside is free"),
        Step(_S.ALLOCATED, _C.WITHDRAW, _S.WITHDRAWN, who=[*_WITHDRAWS, _A.PLANNER], does="withdrawn"),
        # Delivery. What the MDM tells completes it, whatever was written down before.
        Step(_S.ALLOCATED, _C.SHIP, _S.SHIPPED, who=[_A.PLANNER], does="sent"),
        *(
            Step(source, _C.ENROLLED, _S.DELIVERED, who=[_A.REGISTER], does="enrolled by its new user")
            for source in (_S.ORDERED, _S.ALLOCATED, _S.SHIPPED)
        ),
        # They have a device by another way, or found the lost one. Whether they need this one too, a planner knows.
        *(
            Step(
                source,
                _C.HAS_ANOTHER,
                source,
                who=[_A.REGISTER, _A.LOSSES],
                does="may be needless: its user has another device",
            )
            for source in AWAITED
        ),
        # What was lost is mostly found while somebody is still to decide, who then knows of it.
        *(
            Step(source, _C.HAS_ANOTHER, source, who=[_A.LOSSES], does="may be needless: what was lost is found")
            for source in UNDECIDED
        ),
        *_handed_over(_S.SHIPPED, _C.RECEIVE, _HANDS_OVER, "receipt confirmed"),
        *_handed_over(_S.DELIVERED, _C.RECEIVE, _HANDS_OVER, "receipt confirmed"),
        _reminder(_S.DELIVERED),
        *_after_check(_S.WAITING_FOR_CHECK, _C.CHECK, (_A.RECIPIENT, _A.PLANNER), "accessibility settings checked"),
        _reminder(_S.WAITING_FOR_CHECK),
        # The old device.
        _reminder(_S.RETURN_DUE),
        Step(
            _S.RETURN_DUE,
            _C.RETURNED,
            _S.CLOSED,
            who=[_A.REGISTER, _A.PLANNER],
            does="the old device came back",
        ),
    ],
)
