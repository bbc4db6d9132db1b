"""Requests' rules: the states and what leads from one to another, who may decide, and what policy says at once.

waiting_for_approval ──approved──► approved ──committed──► ordered
        │                              └──no money──► waiting_for_money ──committed──► ordered
        └──refused──► refused
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from schemas.vocabulary import GONE_STATES, DeviceState, Kind, RequestReason, Role
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.errors import BadInput, NotAllowed, RuleBroken

DUE_SOON = timedelta(days=90)
LONGEST_TEXT = 2_000


class Status(StrEnum):
    """Where a request stands."""

    WAITING_FOR_APPROVAL = "waiting_for_approval"
    APPROVED = "approved"
    ORDERED = "ordered"
    WAITING_FOR_MONEY = "waiting_for_money"
    REFUSED = "refused"


OPEN = (Status.WAITING_FOR_APPROVAL, Status.APPROVED, Status.WAITING_FOR_MONEY, Status.ORDERED)
"""A device has at most one request in these states."""


class Cause(StrEnum):
    """What moves a request on."""

    APPROVED = "approved"
    REFUSED = "refused"
    COMMITTED = "committed"
    NO_MONEY = "no_money"


MOVES: Mapping[tuple[Status, Cause], Status] = {
    (Status.WAITING_FOR_APPROVAL, Cause.APPROVED): Status.APPROVED,
    (Status.WAITING_FOR_APPROVAL, Cause.REFUSED): Status.REFUSED,
    (Status.APPROVED, Cause.COMMITTED): Status.ORDERED,
    (Status.APPROVED, Cause.NO_MONEY): Status.WAITING_FOR_MONEY,
    (Status.WAITING_FOR_MONEY, Cause.COMMITTED): Status.ORDERED,
}


def next_status(status: Status, cause: Cause) -> Status | None:
    """Where `cause` leads from `status`; None if it changes nothing there (late word, or told before)."""
    return MOVES.get((status, cause))


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the device that a request is about. `due_on` None: not due, or not known."""

    serial: str | None
    kind: Kind | None
    unit: str | None
    holder_email: str | None
    state: DeviceState
    warranty_ends_on: date | None = None
    due_on: date | None = None


def managed_units(viewer: Viewer, directory: Directory) -> frozenset[str]:
    """The units a manager answers for: their own and those under it; none for anybody else."""
    if not viewer.has(Role.MANAGER) or viewer.unit not in directory.units:
        return frozenset()
    return frozenset(directory.under(viewer.unit))


def check_device(device: DeviceFacts | None, viewer: Viewer, managed: frozenset[str]) -> DeviceFacts:
    """The device. Raises NotAllowed if it is not theirs to ask for, RuleBroken if it has left the organisation.

    Staff ask for what they hold; a manager also for devices of the units they answer for (`managed`). None stands for a
    device that is not there, or that they may not see.
    """
    if device is None:
        raise NotAllowed(
            "That device is not yours. Choose one of your own with /kit, or ask your manager to request it."
        )
    own = (device.holder_email or "").lower() == viewer.email
    if not own and device.unit not in managed:
        raise NotAllowed("That device is not yours. Only a manager of its unit may request a replacement for it.")
    if device.state in GONE_STATES and device.state is not DeviceState.WRITTEN_OFF:
        raise RuleBroken(f"That device has already been {device.state}; ask for a new one without naming it.")
    return device


def check_texts(explanation: str, delivery_place: str, needed_by: date | None, today: date) -> None:
    """Raise BadInput naming the field that cannot be taken."""
    for name, text in (("explanation", explanation), ("delivery place", delivery_place)):
        if len(text) > LONGEST_TEXT:
            raise BadInput(f"is longer than {LONGEST_TEXT} characters; please shorten it", where=name)
    if needed_by is not None and needed_by < today:
        raise BadInput("lies in the past; choose today or later", where="needed by")


def may_decide(
    viewer: Viewer, managed: frozenset[str], *, requester_email: str, approver_email: str, unit: str
) -> bool:
    """The named approver, a manager of the unit or of one above it, or a director; never who asked."""
    if viewer.email == requester_email.lower():
        return False
    if viewer.has(Role.DIRECTOR) or viewer.email == approver_email.lower():
        return True
    return unit in managed


def approver_for(requester_email: str, unit: str, directory: Directory) -> str:
    """Who decides: the nearest manager or director over the requester. Raises RuleBroken if there is nobody."""
    person = directory.person(requester_email)
    approver = None if person is None else directory.approver_of(person)
    if approver is None:
        raise RuleBroken(f"Nobody is named to decide on requests of {unit}; ask end-user services to name a manager.")
    return approver.email.lower()


def verdict(device: DeviceFacts | None, reason: RequestReason, today: date) -> str:
    """What policy says at once, in a sentence. It advises who decides; it decides nothing."""
    if reason in (RequestReason.LOST, RequestReason.STOLEN):
        return f"A {reason} device is replaced outside the refresh plan; a manager's approval is needed."
    if device is not None and device.due_on is not None and device.due_on <= today:
        return f"It is due anyway, since {_day(device.due_on)}; a manager's approval is needed to bring it forward."
    if device is not None and device.due_on is not None and device.due_on <= today + DUE_SOON:
        return f"It falls due on {_day(device.due_on)}; a manager's approval is needed to replace it before."
    if reason is RequestReason.ACCESSIBILITY:
        return "An accessibility need counts whatever the device's age; a manager's approval is needed."
    if reason is RequestReason.BROKEN and device is not None and (ends := device.warranty_ends_on) and ends >= today:
        return f"It is under warranty until {_day(ends)}: repair first; replacing it needs a manager's approval."
    return "It is not due under the refresh policy; a manager's approval is needed."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
