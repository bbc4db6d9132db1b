"""Which device management a command goes to, by the names that the device goes by.

A device may be known to several, or to one under several ids: after a re-enrolment, or because a Mac reports to Intune
beside being managed by Jamf. A command goes to one only, where the device was in contact last: the others hold a record
of the past, and two wipes would leave one of them pending for whoever gets the device next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from services.mdm.rules.looking import Seen

_COMMANDED = {"jamf": ("computer/", "mobile/"), "intune": ("",)}
"""Managements we can send to, the more direct one first, and how their ids begin that we can ask for."""
_OTHERS = {"workspace_one": "Workspace ONE", "fleet": "Fleet"}
_NEVER = datetime.min.replace(tzinfo=UTC)


class Route(NamedTuple):
    """A management and what it calls the device."""

    mdm: str
    device: str


def routes(names: Iterable[str]) -> list[Route]:
    """Where a device with these names (`intune:…`, `jamf:computer/…`) may be commanded, in a fixed order."""
    pairs = sorted(name.partition(":")[::2] for name in names)
    return [
        Route(mdm, device)
        for mdm, beginnings in _COMMANDED.items()
        for scheme, device in pairs
        if scheme == mdm and device.startswith(beginnings)
    ]


def nobody(names: Iterable[str], action: str) -> str:
    """Why there is nobody to send a command to, in a sentence."""
    schemes = {name.partition(":")[0] for name in names}
    for scheme, title in _OTHERS.items():
        if scheme in schemes:
            return f"{title} manages this device, and Quartermaster cannot send to it: {action} the device there."
    return f"No device management knows this device, so it cannot be {_DONE[action]} from afar."


_DONE = {"lock": "locked", "wipe": "wiped"}


def in_contact_last(found: Sequence[tuple[Route, Seen]]) -> tuple[Route, Seen]:
    """The one to command, of at least one; the first of those that say nothing."""
    return max(found, key=lambda each: each[1].last_contact or _NEVER)
