"""Who speaks and who listens: each service's topics, in one place, for the AsyncAPI document and its readers."""

from __future__ import annotations

import dataclasses

from schemas.topics import (
    ALERT,
    BUDGET,
    DESK_PROGRESS,
    DESK_TICKET,
    DEVICE_CHANGED,
    DEVICE_FAILED,
    DEVICE_OBSERVED,
    FINANCE_DOCUMENT,
    IDENTITY_CONFLICT,
    ORDER,
    PERSON,
    REFRESH,
    REQUEST,
    SOURCE_HEALTH,
    UNIT_AGEING,
    WAVE,
    Topic,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Participant:
    """A service by name, what it does in a sentence, the topics it sends on and those it receives from."""

    name: str
    does: str
    sends: tuple[Topic, ...] = ()
    receives: tuple[Topic, ...] = ()


PARTICIPANTS: tuple[Participant, ...] = (
    Participant(
        "intake",
        "Verifies and translates what device management, the service desk and finance tell.",
        sends=(DEVICE_OBSERVED, FINANCE_DOCUMENT, DESK_TICKET, PERSON, SOURCE_HEALTH),
    ),
    Participant(
        "register",
        "Decides which device is meant and what is true of it.",
        sends=(DEVICE_CHANGED, DEVICE_FAILED, IDENTITY_CONFLICT),
        receives=(DEVICE_OBSERVED, PERSON),
    ),
    Participant(
        "requests",
        "Carries a person's request from asking to order.",
        sends=(REQUEST,),
        receives=(BUDGET, DESK_PROGRESS),
    ),
    Participant(
        "refresh",
        "Keeps the queue of devices that are due, with the reason for each, and plans it in waves.",
        sends=(REFRESH, UNIT_AGEING, WAVE),
        receives=(DEVICE_CHANGED, DEVICE_FAILED, REQUEST, BUDGET, ORDER),
    ),
    Participant(
        "budget",
        "Keeps the ledger, its limits and gates, and sets money aside for approved requests and released waves.",
        sends=(BUDGET, ORDER),
        receives=(FINANCE_DOCUMENT, REQUEST, WAVE),
    ),
    Participant(
        "desk",
        "Keeps a ticket at the service desk in step with each request.",
        sends=(DESK_PROGRESS,),
        receives=(REQUEST, DESK_TICKET),
    ),
    Participant(
        "watch",
        "Raises, updates and clears alerts.",
        sends=(ALERT,),
        receives=(DEVICE_FAILED, UNIT_AGEING, BUDGET, SOURCE_HEALTH, IDENTITY_CONFLICT),
    ),
    Participant(
        "bot",
        "Tells people in chat what concerns them.",
        receives=(ALERT, REQUEST, WAVE, ORDER),
    ),
)
