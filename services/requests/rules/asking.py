"""What may be asked for, and what policy says of it at once."""

from __future__ import annotations

from datetime import date

import msgspec

from schemas.vocabulary import GONE_STATES, DeviceState, Kind
from services.access.viewer import Viewer
from services.errors import BadInput, NotAllowed, RuleBroken
from services.requests.rules.verdicts import Reason

_NOT_ASKED_FOR = "What only goes back is not replaced; a manager or end-user services start that."

LONGEST_TEXT = 2_000
_NOBODYS = frozenset({DeviceState.ORDERED, DeviceState.IN_STOCK, DeviceState.RETURNED, DeviceState.SANITISED})
"""States in which nobody uses a device, so that nothing is missing that could be replaced."""


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the device that a request is about. `due_on` None: no day is known."""

    serial: str | None
    kind: Kind | None
    unit: str | None
    holder_email: str | None
    state: DeviceState
    warranty_ends_on: date | None = None
    due_on: date | None = None
    not_due_because: str | None = None
    """Why the refresh policy has no place for it, a sentence; None where it has one, or has not heard of it yet."""
    planned_for: date | None = None
    """First day of the quarter whose wave replaces it, or is foreseen to; None where no plan reaches it."""
    in_released_wave: str | None = None
    """The W-number of the released wave that holds its successor."""
    wave_is_ordered: bool = False
    """Whether that wave's order is placed, or its device from stock set aside."""


def check_device(device: DeviceFacts | None, viewer: Viewer, managed: frozenset[str]) -> DeviceFacts:
    """The device. Raises NotAllowed if it is not theirs to ask for, RuleBroken if nobody uses it or it is gone.

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
    if device.state in _NOBODYS:
        where = device.state.replace("_", " ")
        raise RuleBroken(f"Nobody uses that device ({where}); ask for a new one without naming it.")
    return device


def check_texts(explanation: str, delivery_place: str, needed_by: date | None, today: date) -> None:
    """Raise BadInput naming the field that cannot be taken."""
    for name, text in (("explanation", explanation), ("delivery place", delivery_place)):
        if len(text) > LONGEST_TEXT:
            raise BadInput(f"is longer than {LONGEST_TEXT} characters; please shorten it", where=name)
    if needed_by is not None and needed_by < today:
        raise BadInput("lies in the past; choose today or later", where="needed by")


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a device is for, where that is not who asks. `unit` is None for somebody the directory does not know."""

    email: str
    name: str
    unit: str | None = None


def check_recipient(
    recipient: Recipient | None, reason: Reason, viewer: Viewer, managed: frozenset[str], *, names_device: bool
) -> None:
    """Raise NotAllowed or BadInput if this person may not ask for that one, or says too little of whom it is for.

    A manager asks for who joins one of their units; whom the directory does not know yet joins the manager's own.
    """
    if reason.only_returns:
        raise BadInput(_NOT_ASKED_FOR, where="reason")
    if reason is not Reason.JOINER:
        if recipient is not None:
            raise BadInput("choose “Somebody joins and has none” to ask for somebody else", where="recipient")
        return
    if not managed:
        raise NotAllowed("Only a manager asks for somebody who joins; ask yours to do it.")
    if names_device:
        raise BadInput("somebody who joins replaces no device; choose none", where="device")
    if recipient is None or "@" not in recipient.email or not recipient.name.strip():
        raise BadInput("say who joins: pick them, or give their name and e-mail address", where="recipient")
    if recipient.email.lower() == viewer.email:
        raise BadInput("choose what happened to your own device instead", where="recipient")
    if recipient.unit is not None and recipient.unit not in managed:
        raise NotAllowed(f"{recipient.name} is not in a unit you answer for; their own manager asks for them.")
