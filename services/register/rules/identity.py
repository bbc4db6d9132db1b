"""Who is who: which device an observation means.

A device has many names (`serial:…`, `intune:…`, `jamf:…`, `asset_tag:…`, `servicenow:…`). A serial is the strongest:
two devices with different serials are never one, and an MDM id seen with another serial has moved to that device
(a re-enrolment). Two records without contradiction that one observation links are one device, unless a planner ruled
that a name does not own a serial: what is said under both is then taken as said under the name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def apart_id(claimant: str, serial: str) -> UUID:
    """The id of the device that a name stands for once it was ruled not to own a serial.

    Not that of a device first heard of by this name: it may have been given to the device with the serial.
    """
    return uuid5(NAMESPACE, f"{claimant}\n{serial}")


class Apart:
    """Which names were ruled not to own which serials. Empty, and then false, almost everywhere."""

    def __init__(self, ruled: Iterable[tuple[str, str]] = ()) -> None:
        self._serials_of: dict[str, set[str]] = {}
        for claimant, serial in ruled:
            self._serials_of.setdefault(claimant, set()).add(serial)
        self._serials = frozenset(serial for serials in self._serials_of.values() for serial in serials)

    def __bool__(self) -> bool:
        return bool(self._serials)

    def disown(self, names: list[str]) -> bool:
        """True if one of `names` was ruled not to own the serial that stands first among them."""
        if not names or names[0] not in self._serials:
            return False
        return any(names[0] in self._serials_of.get(name, ()) for name in names[1:])

    def parts(self, first: set[str], second: set[str]) -> bool:
        """True if a ruling keeps devices with these names apart."""
        return self._parts(first, second) or self._parts(second, first)

    def _parts(self, claimants: set[str], serials: set[str]) -> bool:
        return any(not self._serials_of[name].isdisjoint(serials) for name in claimants & self._serials_of.keys())

    def disowned_by(self, name: str) -> str | None:
        """A serial that some ruling took from this name, the first of several."""
        return min(self._serials_of.get(name, ()), default=None)


def serial_among(names: set[str]) -> str | None:
    """The serial name of a device, if it has one."""
    return next((name for name in names if name.startswith("serial:")), None)


def may_be_one(first: set[str], second: set[str]) -> bool:
    """True unless both have a serial and the serials differ."""
    one, other = serial_among(first), serial_among(second)
    return one is None or other is None or one == other
