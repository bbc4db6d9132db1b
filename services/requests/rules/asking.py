"""What may be asked for, and what policy says of it at once."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from schemas.vocabulary import GONE_STATES, DeviceState, Kind
from services.access.viewer import Viewer
from services.errors import BadInput, NotAllowed, RuleBroken
from services.requests.rules.verdicts import Reason

DUE_SOON = timedelta(days=90)
LONGEST_TEXT = 2_000


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the device that a request is about. `due_on` None: not due, or not known."""

    serial: str | None
    kind: Kind | None
    unit: str | None
    holder_email: str | None
    state: DeviceState
    warranty_ends_on: date | None = None
    due_on: date | None = None


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


def verdict(device: DeviceFacts | None, reason: Reason, today: date) -> str:
    """What policy says at once, in a sentence. It advises who decides; it decides nothing."""
    if reason in (Reason.LOST, Reason.STOLEN):
        return f"A {reason} device is replaced outside the refresh plan; a manager's approval is needed."
    if device is not None and device.due_on is not None and device.due_on <= today:
        return f"It is due anyway, since {_day(device.due_on)}; a manager's approval is needed to bring it forward."
    if device is not None and device.due_on is not None and device.due_on <= today + DUE_SOON:
        return f"It falls due on {_day(device.due_on)}; a manager's approval is needed to replace it before."
    if reason is Reason.ACCESSIBILITY:
        return "An accessibility need counts whatever the device's age; a manager's approval is needed."
    if reason is Reason.BROKEN and device is not None and (ends := device.warranty_ends_on) and ends >= today:
        return f"It is under warranty until {_day(ends)}: repair first; replacing it needs a manager's approval."
    return "It is not due under the refresh policy; a manager's approval is needed."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
