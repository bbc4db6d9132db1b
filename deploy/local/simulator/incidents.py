"""A service-desk incident about one device, from its opening to its closing."""

from __future__ import annotations

import dataclasses

from deploy.local.simulator.fleet.device import Device, Holder

NEW, IN_PROGRESS, RESOLVED, CLOSED = 1, 2, 6, 7

# What callers say, by kind of device; the marks in some of them are what breaks a hand-made JSON template.
COMPLAINTS = {
    "laptop": (
        'Screen shows "no boot device"',
        "Battery lasts under an hour",
        "Keyboard misses letters",
        "Lid hinge broken",
    ),
    "desktop": (
        "Will not start after a power cut",
        "Fan is loud, then stops",
        'Message "disk failing" at start',
    ),
    "monitor": ("Picture flickers", "No signal on either input", 'Half of the 24" panel is dark'),
    "smartphone": ("Will not charge", "Cracked screen, touch does not answer", "Battery swollen"),
    "tablet": ("Will not charge in the vehicle", "Touch does not answer"),
}


@dataclasses.dataclass(slots=True)
class Incident:
    """One incident. Moments are microseconds since 1970, 0 while they have not come."""

    number: int
    device: Device
    subcategory: str
    short_description: str
    caller: Holder | None
    opened: int
    updated: int
    state: int = NEW
    resolved: int = 0
    closed: int = 0
    close_code: str = ""
    mod_count: int = 0

    @property
    def reference(self) -> str:
        return f"INC{1_000_000 + self.number:07d}"
