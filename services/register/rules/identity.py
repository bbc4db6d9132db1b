"""Who is who: which device an observation means.

A device has many names (`serial:…`, `intune:…`, `jamf:…`, `asset_tag:…`, `servicenow:…`). A serial is the strongest:
two devices with different serials are never one, and an MDM id seen with another serial has moved to that device
(a re-enrolment). Two records without contradiction that one observation links are one device.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import NAMESPACE_URL, UUID, uuid5

NAMESPACE = uuid5(NAMESPACE_URL, "https://quartermaster.example/devices")
STRENGTH = ("serial", "intune", "jamf", "servicenow", "asset_tag")


def names_of(identifiers: Mapping[str, str]) -> list[str]:
    """Names in order of strength; schemes we do not rank come last, in alphabetical order."""
    names = [f"{scheme}:{value}" for scheme in STRENGTH if (value := identifiers.get(scheme))]
    if len(names) < len(identifiers):
        names += sorted(
            f"{scheme}:{value}" for scheme, value in identifiers.items() if scheme not in STRENGTH and value
        )
    return names


def new_device_id(names: list[str]) -> UUID:
    """The id of a device first heard of by these names."""
    return uuid5(NAMESPACE, names[0])


def serial_among(names: set[str]) -> str | None:
    """The serial name of a device, if it has one."""
    return next((name for name in names if name.startswith("serial:")), None)


def may_be_one(first: set[str], second: set[str]) -> bool:
    """True unless both have a serial and the serials differ."""
    one, other = serial_among(first), serial_among(second)
    return one is None or other is None or one == other
