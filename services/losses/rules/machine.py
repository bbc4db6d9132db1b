"""The life of a loss, as data: a device lost or stolen, until it is written off or found.

Nothing outside this table says what may happen to a loss. `docs/machines.md` draws it. What device management and the
register say may come late and in any order, so their steps stand wherever their word still means something.
"""

from __future__ import annotations

from enum import StrEnum

from services.machines import NEW, Actor, Machine, Step


class LossState(StrEnum):
    """Where a loss stands. `locked` means that device management took the lock: whether the device has locked itself
    nobody tells us.
    """

    REPORTED = "reported"
    LOCKED = "locked"
    WIPE_ASKED = "wipe_asked"
    WIPING = "wiping"
    WIPE_FAILED = "wipe_failed"
    WIPED = "wiped"
    WRITTEN_OFF = "written_off"
    FOUND = "found"


class Cause(StrEnum):
    """What moves a loss on."""

    REPORT = "report"
    TELL_MORE = "tell_more"
    CORRECTED = "corrected"
    LOCK_TAKEN = "lock_taken"
    LOCK_FAILED = "lock_failed"
    LOCK_AGAIN = "lock_again"
    ASK_WIPE = "ask_wipe"
    CONFIRM_WIPE = "confirm_wipe"
    CALL_OFF = "call_off"
    WIPE_TAKEN = "wipe_taken"
    WIPE_DONE = "wipe_done"
    WIPE_FAILED = "wipe_failed"
    WRITE_OFF = "write_off"
    FIND = "find"
    RECALL = "recall"
    RECALLED = "recalled"


class Guard(StrEnum):
    """What must hold for a step; `services/losses/rules/guards.py` answers each from the facts."""

    ANOTHER_PERSON = "another_person"
    NOT_THE_HOLDER = "not_the_holder"
    ONE_PERSON_MAY_WIPE = "one_person_may_wipe"
    MANAGED = "managed"
    CAN_BE_LOCKED = "can_be_locked"
    CAN_BE_WIPED = "can_be_wiped"
    LOCK_DID_NOT_GO = "lock_did_not_go"
    WAS_LOCKED = "was_locked"
    ONLY_REFUSED = "only_refused"
    CRIME_REFERENCE = "crime_reference"
    MAY_BE_WRITTEN_OFF = "may_be_written_off"


_S, _C, _G, _A = LossState, Cause, Guard, Actor
_PEOPLE = (_A.HOLDER, _A.MANAGER, _A.PLANNER, _A.DIRECTOR)
ENDED = (_S.WRITTEN_OFF, _S.FOUND)
OPEN = tuple(state for state in LossState if state not in ENDED)
"""A device has at most one loss in these states."""


def _wipe_asked(source: LossState) -> list[Step]:
    return [
        Step(
            source,
            _C.ASK_WIPE,
            _S.WIPING,
            who=_PEOPLE,
            guards=[_G.MANAGED, _G.CAN_BE_WIPED, _G.ONE_PERSON_MAY_WIPE],
            does="wipe sent",
        ),
        Step(
            source,
            _C.ASK_WIPE,
            _S.WIPE_ASKED,
            who=_PEOPLE,
            guards=[_G.MANAGED, _G.CAN_BE_WIPED],
            does="wipe asked for; a second person must confirm it",
        ),
    ]


LOSS = Machine(
    "loss",
    states={
        _S.REPORTED: "It is reported; a lock is on its way where device management knows the device.",
        _S.LOCKED: "Device management took the lock; the device locks once it is reached.",
        _S.WIPE_ASKED: "A wipe waits for a second person.",
        _S.WIPING: "A wipe is on its way.",
        _S.WIPE_FAILED: "The wipe failed.",
        _S.WIPED: "The device is wiped.",
        _S.WRITTEN_OFF: "The device is written off.",
        _S.FOUND: "The device was found.",
    },
    ends=ENDED,
    guards={
        _G.ANOTHER_PERSON: "You asked for the wipe; somebody else must confirm it.",
        _G.NOT_THE_HOLDER: "It is the device you hold yourself; somebody else must do that.",
        _G.ONE_PERSON_MAY_WIPE: "Policy wants two people for a wipe.",
        _G.MANAGED: "No device management knows this device, so nothing can be sent to it from afar.",
        _G.CAN_BE_LOCKED: "Device management cannot lock such a device from afar, however often it is asked.",
        _G.CAN_BE_WIPED: "Device management cannot wipe such a device from afar, however often it is asked.",
        _G.LOCK_DID_NOT_GO: "A lock was sent already.",
        _G.WAS_LOCKED: "It was not locked.",
        _G.ONLY_REFUSED: "The device itself was told to have failed it.",
        _G.CRIME_REFERENCE: "A stolen device needs its crime reference first: add it with “Tell more”.",
        _G.MAY_BE_WRITTEN_OFF: "It may be written off once it is wiped, or policy's days after the report have passed.",
    },
    steps=[
        # Whoever asks for a replacement because theirs is gone has reported it: where their report died, policy does.
        Step(NEW, _C.REPORT, _S.REPORTED, who=(*_PEOPLE, _A.POLICY), does="reported"),
        *(
            Step(source, _C.TELL_MORE, source, who=(*_PEOPLE, _A.POLICY), does="more was told of it")
            for source in (*OPEN, _S.WRITTEN_OFF)
        ),
        *(Step(source, _C.CORRECTED, source, who=[_A.REGISTER], does="its record was corrected") for source in OPEN),
        # The lock. A word that comes when more was asked for is kept, and moves nothing.
        Step(_S.REPORTED, _C.LOCK_TAKEN, _S.LOCKED, who=[_A.MDM], does="lock taken by device management"),
        *(
            Step(source, _C.LOCK_TAKEN, source, who=[_A.MDM], does="lock taken by device management")
            for source in (_S.WIPE_ASKED, _S.WIPING, _S.WIPE_FAILED)
        ),
        *(
            Step(source, _C.LOCK_FAILED, source, who=[_A.MDM], does="could not be locked")
            for source in (_S.REPORTED, _S.WIPE_ASKED, _S.WIPING, _S.WIPE_FAILED)
        ),
        Step(
            _S.REPORTED,
            _C.LOCK_AGAIN,
            _S.REPORTED,
            who=_PEOPLE,
            guards=[_G.MANAGED, _G.CAN_BE_LOCKED, _G.LOCK_DID_NOT_GO],
            does="lock sent again",
        ),
        # The wipe: two people, unless policy lets one.
        *(step for source in (_S.REPORTED, _S.LOCKED, _S.WIPE_FAILED) for step in _wipe_asked(source)),
        Step(
            _S.WIPE_ASKED,
            _C.CONFIRM_WIPE,
            _S.WIPING,
            who=[_A.MANAGER, _A.PLANNER, _A.DIRECTOR],
            guards=[_G.ANOTHER_PERSON, _G.NOT_THE_HOLDER, _G.CAN_BE_WIPED],
            does="wipe confirmed and sent",
        ),
        Step(
            _S.WIPE_ASKED,
            _C.CALL_OFF,
            _S.LOCKED,
            who=_PEOPLE,
            guards=[_G.WAS_LOCKED],
            does="wipe called off",
        ),
        Step(_S.WIPE_ASKED, _C.CALL_OFF, _S.REPORTED, who=_PEOPLE, does="wipe called off"),
        Step(_S.WIPING, _C.WIPE_TAKEN, _S.WIPING, who=[_A.MDM], does="wipe taken by device management"),
        Step(
            _S.WIPE_FAILED,
            _C.WIPE_TAKEN,
            _S.WIPING,
            who=[_A.MDM],
            guards=[_G.ONLY_REFUSED],
            does="wipe taken by device management after all",
        ),
        *(
            Step(source, _C.WIPE_DONE, _S.WIPED, who=[_A.REGISTER], does="wiped")
            for source in (_S.REPORTED, _S.LOCKED, _S.WIPE_ASKED, _S.WIPING, _S.WIPE_FAILED)
        ),
        # A wipe that ran all the same: what ended stays ended, and says so.
        *(Step(source, _C.WIPE_DONE, source, who=[_A.REGISTER], does="wiped all the same") for source in ENDED),
        Step(_S.WIPING, _C.WIPE_FAILED, _S.WIPE_FAILED, who=[_A.REGISTER, _A.MDM], does="the wipe failed"),
        *(
            Step(
                source,
                _C.WRITE_OFF,
                _S.WRITTEN_OFF,
                who=[_A.PLANNER, _A.DIRECTOR],
                guards=[_G.NOT_THE_HOLDER, _G.CRIME_REFERENCE, _G.MAY_BE_WRITTEN_OFF],
                does="written off",
            )
            for source in OPEN
        ),
        *(Step(source, _C.FIND, _S.FOUND, who=_PEOPLE, does="found") for source in (*OPEN, _S.WRITTEN_OFF)),
        # An event carries one command that is no longer wanted; where two are, the second goes with this step.
        Step(_S.FOUND, _C.RECALL, _S.FOUND, who=[_A.POLICY], does="what else was sent is recalled"),
        Step(_S.FOUND, _C.RECALLED, _S.FOUND, who=[_A.MDM], does="recalled before device management took it"),
        Step(_S.FOUND, _C.LOCK_TAKEN, _S.FOUND, who=[_A.MDM], does="the lock had been taken already"),
        Step(_S.FOUND, _C.WIPE_TAKEN, _S.FOUND, who=[_A.MDM], does="the wipe had been taken already"),
    ],
)
