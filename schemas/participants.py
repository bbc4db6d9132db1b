"""Who speaks and who listens: each service's topics, in one place, for the AsyncAPI document and its readers."""

from __future__ import annotations

import dataclasses

from schemas.topics import (
    ALERT,
    BUDGET,
    CUSTODY,
    DESK_PROGRESS,
    DESK_TICKET,
    DEVICE_CHANGED,
    DEVICE_COMMAND_PROGRESS,
    DEVICE_FAILED,
    DEVICE_OBSERVED,
    DEVICE_WIPE,
    FINANCE_DOCUMENT,
    IDENTITY_CONFLICT,
    LOSS,
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
        sends=(DEVICE_CHANGED, DEVICE_FAILED, DEVICE_WIPE, IDENTITY_CONFLICT),
        receives=(DEVICE_OBSERVED, PERSON, LOSS, CUSTODY),
    ),
    Participant(
        "requests",
        "Carries a person's request from asking to the old device's return.",
        sends=(REQUEST,),
        receives=(BUDGET, DESK_PROGRESS, DEVICE_CHANGED, REFRESH, LOSS),
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
        "losses",
        "Follows devices lost or stolen from the report to written off or found.",
        sends=(LOSS,),
        receives=(DEVICE_COMMAND_PROGRESS, DEVICE_WIPE, DEVICE_CHANGED, REQUEST),
    ),
    Participant(
        "custody",
        "Follows returned devices to their end, with proof of every step.",
        sends=(CUSTODY,),
        receives=(DEVICE_CHANGED, DEVICE_WIPE, DEVICE_COMMAND_PROGRESS),
    ),
    Participant(
        "mdm",
        "Carries lock and wipe commands to device management.",
        sends=(DEVICE_COMMAND_PROGRESS,),
        receives=(LOSS, CUSTODY),
    ),
    Participant(
        "watch",
        "Raises, updates and clears alerts, and keeps what people do about them.",
        sends=(ALERT,),
        receives=(DEVICE_FAILED, UNIT_AGEING, BUDGET, SOURCE_HEALTH, IDENTITY_CONFLICT, LOSS, CUSTODY),
    ),
    Participant(
        "bot",
        "Tells people in chat what concerns them.",
        receives=(ALERT, REQUEST, WAVE, ORDER, LOSS),
    ),
)
