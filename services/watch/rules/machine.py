"""One life of an alert, as data: its condition raises, updates and clears it; people acknowledge, snooze and assign it.

Nothing outside this table says what may happen to an alert. A condition that comes back begins a new life, free of all
that people did about the last. Whoever is assigned an alert acknowledges it themselves, unless they took it on.
"""

from __future__ import annotations

from enum import StrEnum

from services.machines import NEW, Actor, Machine, Step


class AlertState(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLEARED = "cleared"


class Cause(StrEnum):
    """What happens to an alert."""

    RAISE = "raise"
    UPDATE = "update"
    CLEAR = "clear"
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    WAKE = "wake"


class Guard(StrEnum):
    """What must hold for a step; `services/watch/rules/guards.py` answers each from the facts."""

    GROWN = "grown"
    TIME_HAS_COME = "time_has_come"
    STILL_TO_COME = "still_to_come"
    NEAR_ENOUGH = "near_enough"
    MAY_SEE_IT = "may_see_it"
    MAY_ACT = "may_act"
    NOT_THEIRS_YET = "not_theirs_yet"
    TO_THEMSELVES = "to_themselves"


_S, _C, _G, _A = AlertState, Cause, Guard, Actor
PEOPLE = (_A.OWNER, _A.ABOVE, _A.ASSIGNEE, _A.AUDIENCE)
"""Who may do something about an alert."""
OPEN = tuple(state for state in AlertState if state is not AlertState.CLEARED)
LONGEST_SNOOZE_DAYS = 31
_MAY_BE_GIVEN = (_G.MAY_SEE_IT, _G.MAY_ACT, _G.NOT_THEIRS_YET)

ALERT = Machine(
    "alert",
    states={
        _S.RAISED: "It is open, and nobody has acknowledged it.",
        _S.ACKNOWLEDGED: "Somebody has acknowledged it.",
        _S.SNOOZED: "It is snoozed, until its time comes or it grows worse.",
        _S.CLEARED: "It has cleared, so nothing is left to do about it.",
    },
    ends=[_S.CLEARED],
    guards={
        _G.GROWN: "It is no more severe than it was when it was snoozed.",
        _G.TIME_HAS_COME: "It is snoozed for longer.",
        _G.STILL_TO_COME: "That morning has passed; choose one that is still to come.",
        _G.NEAR_ENOUGH: f"An alert may be snoozed for {LONGEST_SNOOZE_DAYS} days at most; choose a nearer day.",
        _G.MAY_SEE_IT: "They may not see this alert, so it cannot be theirs; choose somebody else.",
        _G.MAY_ACT: "They may read alerts but do nothing about them; choose somebody else.",
        _G.NOT_THEIRS_YET: "It is theirs already.",
        _G.TO_THEMSELVES: "It was given to somebody else.",
    },
    steps=[
        Step(NEW, _C.RAISE, _S.RAISED, who=[_A.WATCH], does="raised"),
        Step(_S.RAISED, _C.UPDATE, _S.RAISED, who=[_A.WATCH], does="updated"),
        Step(_S.ACKNOWLEDGED, _C.UPDATE, _S.ACKNOWLEDGED, who=[_A.WATCH], does="updated"),
        Step(_S.SNOOZED, _C.UPDATE, _S.RAISED, who=[_A.WATCH], guards=[_G.GROWN], does="grew worse, so it woke"),
        Step(_S.SNOOZED, _C.UPDATE, _S.SNOOZED, who=[_A.WATCH], does="updated"),
        *(Step(source, _C.CLEAR, _S.CLEARED, who=[_A.WATCH], does="cleared") for source in OPEN),
        Step(_S.RAISED, _C.ACKNOWLEDGE, _S.ACKNOWLEDGED, who=PEOPLE, does="acknowledged"),
        Step(_S.SNOOZED, _C.ACKNOWLEDGE, _S.ACKNOWLEDGED, who=PEOPLE, does="acknowledged"),
        *(
            Step(
                source,
                _C.SNOOZE,
                _S.SNOOZED,
                who=PEOPLE,
                guards=[_G.STILL_TO_COME, _G.NEAR_ENOUGH],
                does="snoozed",
            )
            for source in OPEN
        ),
        *(
            step
            for source in OPEN
            for step in (
                Step(
                    source,
                    _C.ASSIGN,
                    _S.ACKNOWLEDGED,
                    who=PEOPLE,
                    guards=[*_MAY_BE_GIVEN, _G.TO_THEMSELVES],
                    does="taken on",
                ),
                Step(source, _C.ASSIGN, _S.RAISED, who=PEOPLE, guards=_MAY_BE_GIVEN, does="assigned"),
            )
        ),
        Step(_S.SNOOZED, _C.WAKE, _S.RAISED, who=[_A.CLOCK], guards=[_G.TIME_HAS_COME], does="woke"),
    ],
)
