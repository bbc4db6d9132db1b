"""What is to be looked at before a command is sent.

Neither Graph nor Jamf takes an idempotency key, and both accept a second wipe while the first is pending. So before
each attempt we look; what we saw is written down before we ask, and after an attempt that broke off the same look
tells, in device management's own marks and without comparing clocks, whether it went through.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Literal, NamedTuple

import msgspec

Action = Literal["lock", "wipe"]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A device as its management knows it, with regard to one action."""

    handle: str
    """What a command is addressed to."""
    mark: str | None
    """Names the newest such action there is or was; None if there never was one."""
    under_way: bool = False
    """Such an action is pending."""
    serial: str | None = None
    last_contact: datetime | None = None
    bar: str | None = None
    """Why it must not be sent to this device, in a sentence."""
    cannot: tuple[Action, ...] = ()
    """What this management can never do to this device, whatever happens: no use to ask again."""


class Step(Enum):
    """What to do after looking."""

    SEND = "send"
    TAKEN = "taken"
    REFUSE = "refuse"


class Verdict(NamedTuple):
    """The step, and the sentence that explains it where one is needed."""

    step: Step
    explanation: str = ""
    cannot: tuple[Action, ...] = ()


def judge(seen: Seen, action: str, serial: str | None, title: str, *, doubtful: bool, before: str | None) -> Verdict:
    """What follows from what was seen. `before` is the mark that was seen ahead of an attempt that is in doubt.

    A device is not touched unless its serial is the one that is meant: an id may have passed to another device. Where
    we know a serial and the management names none, a wipe, which nobody can undo, is left to somebody who looks.
    """
    if seen.serial and serial and seen.serial.strip().upper() != serial.strip().upper():
        return Verdict(Step.REFUSE, f"{title} knows another device by this id, so nothing was sent. Check the serial.")
    if doubtful and seen.mark != before:
        return Verdict(Step.TAKEN, taken(title, action))
    if seen.under_way:
        return Verdict(Step.TAKEN, f"{title} already has a {action} under way for this device.")
    if action == "wipe" and serial and not seen.serial:
        return Verdict(
            Step.REFUSE, f"{title} names no serial for this device: compare it in its console, and wipe it there."
        )
    if seen.bar is not None:
        return Verdict(Step.REFUSE, seen.bar, seen.cannot)
    return Verdict(Step.SEND)


def taken(title: str, action: str) -> str:
    """Device management took it."""
    return f"{title} took the {action}; the device carries it out when it is next online."


def left_since(title: str, action: str) -> str:
    """It was being sent, and the device's record is gone since."""
    return f"The {action} was sent, and the device has left {title} since."


def gone(title: str) -> str:
    """There is no such device any more."""
    return f"{title} no longer knows this device, so nothing could be sent."


def not_allowed_to_send(title: str) -> str:
    """This deployment has no credentials for it."""
    return f"Quartermaster is not connected to {title} for commands: use its console, or ask for it to be connected."


def refusal(title: str, action: str, words: str) -> str:
    """It said no."""
    return f"{title} refused the {action}: {words}"


def called_off(action: str) -> str:
    """It was recalled in time."""
    return f"The {action} was called off before it was sent."
