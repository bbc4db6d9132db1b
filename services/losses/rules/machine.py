"""The life of a loss, as data: a device lost or stolen, until it is written off or found.

Nothing outside this table says what may happen to a loss. `docs/machines.md` draws it.
"""

from __future__ import annotations

from enum import StrEnum

from services.machines import NEW, Actor, Machine, Step


class LossState(StrEnum):
    """Where a loss stands."""

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
    LOCK_DONE = "lock_done"
    LOCK_FAILED = "lock_failed"
    ASK_WIPE = "ask_wipe"
    CONFIRM_WIPE = "confirm_wipe"
    CALL_OFF = "call_off"
    WIPE_DONE = "wipe_done"
    WIPE_FAILED = "wipe_failed"
    WRITE_OFF = "write_off"
    FIND = "find"


class Guard(StrEnum):
    """What must hold for a step; `services/losses/rules/guards.py` answers each from the facts."""

    ANOTHER_PERSON = "another_person"
    ONE_PERSON_MAY_WIPE = "one_person_may_wipe"
    MANAGED = "managed"
    WAS_LOCKED = "was_locked"
    MAY_BE_WRITTEN_OFF = "may_be_written_off"


_S, _C, _G, _A = LossState, Cause, Guard, Actor
_PEOPLE = (_A.HOLDER, _A.MANAGER, _A.PLANNER, _A.DIRECTOR)
_OPEN = (_S.REPORTED, _S.LOCKED, _S.WIPE_ASKED, _S.WIPING, _S.WIPE_FAILED, _S.WIPED)


def _wipe_asked(source: LossState) -> list[Step]:
    return [
        Step(
            source,
            _C.ASK_WIPE,
            _S.WIPING,
            who=_PEOPLE,
            guards=[_G.MANAGED, _G.ONE_PERSON_MAY_WIPE],
            does="wipe sent",
        ),
        Step(
            source,
            _C.ASK_WIPE,
            _S.WIPE_ASKED,
            who=_PEOPLE,
            guards=[_G.MANAGED],
            does="wipe asked for; a second person must confirm it",
        ),
    ]


LOSS = Machine(
    "loss",
    states={
        _S.REPORTED: "It is reported; a lock is on its way where the device is managed.",
        _S.LOCKED: "The device is locked.",
        _S.WIPE_ASKED: "A wipe waits for a second person.",
        _S.WIPING: "A wipe is on its way.",
        _S.WIPE_FAILED: "The wipe failed.",
        _S.WIPED: "The device is wiped.",
        _S.WRITTEN_OFF: "The device is written off.",
        _S.FOUND: "The device was found.",
    },
    ends=[_S.WRITTEN_OFF, _S.FOUND],
    guards={
        _G.ANOTHER_PERSON: "You asked for the wipe; somebody else must confirm it.",
        _G.ONE_PERSON_MAY_WIPE: "Policy wants two people for a wipe.",
        _G.MANAGED: "No device management knows this device, so it cannot be wiped from afar.",
        _G.WAS_LOCKED: "It was not locked.",
        _G.MAY_BE_WRITTEN_OFF: "It may be written off once it is wiped, or policy's days after the report have passed.",
    },
    steps=[
        Step(NEW, _C.REPORT, _S.REPORTED, who=_PEOPLE, does="reported"),
        Step(_S.REPORTED, _C.LOCK_DONE, _S.LOCKED, who=[_A.MDM], does="locked"),
        Step(_S.REPORTED, _C.LOCK_FAILED, _S.REPORTED, who=[_A.MDM], does="could not be locked"),
        *(step for source in (_S.REPORTED, _S.LOCKED, _S.WIPE_FAILED) for step in _wipe_asked(source)),
        Step(
            _S.WIPE_ASKED,
            _C.CONFIRM_WIPE,
            _S.WIPING,
            who=[_A.MANAGER, _A.PLANNER, _A.DIRECTOR],
            guards=[_G.ANOTHER_PERSON],
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
        *(
            Step(source, _C.WIPE_DONE, _S.WIPED, who=[_A.REGISTER], does="wiped")
            for source in (_S.REPORTED, _S.LOCKED, _S.WIPE_ASKED, _S.WIPING, _S.WIPE_FAILED)
        ),
        Step(_S.WIPING, _C.WIPE_FAILED, _S.WIPE_FAILED, who=[_A.REGISTER, _A.MDM], does="the wipe failed"),
        *(
            Step(
                source,
                _C.WRITE_OFF,
                _S.WRITTEN_OFF,
                who=[_A.PLANNER, _A.DIRECTOR],
                guards=[_G.MAY_BE_WRITTEN_OFF],
                does="written off",
            )
            for source in _OPEN
        ),
        *(Step(source, _C.FIND, _S.FOUND, who=_PEOPLE, does="found") for source in (*_OPEN, _S.WRITTEN_OFF)),
    ],
)
