"""Remote actions on a managed device: which of them empty it, which only end its management, and how each stands.

A wipe empties a device; only a finished one is proof of sanitisation. A retire takes company data and management away
and leaves the rest: when it is done the device has left its MDM, and nothing is proved of its storage. A wipe that
keeps the enrolment keeps the user's account too, so it is neither.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from schemas.events.device import DeviceUnenrolled, Unenrolment, Wipe, WipeReported
from services.intake.reading.fields import moment
from services.intake.reading.identifiers import INTUNE, subject
from services.intake.sources.intune.observed import SOURCE
from services.intake.translation import Untranslatable

WIPES = frozenset({"wipe", "factoryReset"})
RETIRES = frozenset({"retire", "removeCompanyData"})
UNDER_WAY = frozenset({"pending", "active"})

Outcome = Literal["requested", "done", "failed", "cancelled"]

_OUTCOMES: dict[str, Outcome | None] = {
    "none": None,
    "pending": "requested",
    "active": "requested",
    "done": "done",
    "failed": "failed",
    "notSupported": "failed",
    "canceled": "cancelled",
}


class Action(msgspec.Struct, rename="camel"):
    """A deviceActionResult."""

    action_name: str = ""
    action_state: str = ""
    start_date_time: str | None = None
    last_updated_date_time: str | None = None


def result_of(action: Action, known: dict[str, str], where: str) -> WipeReported | DeviceUnenrolled | None:
    """How a wipe stands, or that a retire ended the device's management; None for whatever else.

    Raises Untranslatable at `where`.
    """
    if action.action_name not in WIPES | RETIRES:
        return None
    if action.action_state not in _OUTCOMES:
        raise Untranslatable(f"{action.action_state!r} is no state of an action we know", f"{where}.actionState")
    outcome = _OUTCOMES[action.action_state]
    if outcome is None or (action.action_name in RETIRES and outcome != "done"):
        return None
    started = moment(action.start_date_time, f"{where}.startDateTime")
    at = moment(action.last_updated_date_time, f"{where}.lastUpdatedDateTime") or started
    if at is None:
        raise Untranslatable(f"the {action.action_name} has no time", where)
    name = f"{known[INTUNE]}/{action.action_name}/{begun(started)}/{action.action_state}"
    if action.action_name in RETIRES:
        return left_management(name, at, known)
    return WipeReported(
        id=name,
        source=SOURCE,
        time=at,
        subject=subject(known),
        data=Wipe(identifiers=known, outcome=outcome, requested_at=started),
    )


def left_management(name: str, at: datetime, known: dict[str, str]) -> DeviceUnenrolled:
    """The device is no longer managed, under this event id."""
    return DeviceUnenrolled(
        id=name, source=SOURCE, time=at, subject=subject(known), data=Unenrolment(identifiers=known)
    )


def begun(started: datetime | None) -> str:
    """An action's start as it stands in the ids of its events."""
    return started.isoformat() if started else "unknown"
