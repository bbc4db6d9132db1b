"""When two records that claim one serial contradict each other, and a person must say whether they are one device.

A device that was enrolled anew goes by two names of one scheme, one after the other: that is no conflict, even if a
late word of the old name comes in between. Two names that are both alive for longer than a day are two devices that
claim one serial, or one device that lives twice in its MDM. Of two asset records one must be retired. Names of
different systems never contradict: co-management is the rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import combinations
from typing import Literal, NamedTuple

from schemas.vocabulary import GONE_STATES, DeviceState

TOLERANCE = timedelta(hours=24)
"""For so long two names may overlap: clocks differ, and a word of the old name may come late."""

MDM_SCHEMES = frozenset({"intune", "jamf", "jamf-udid", "workspace_one", "fleet"})
ASSET_SCHEMES = frozenset({"servicenow"})
RETIRED = GONE_STATES | {DeviceState.RETURNED, DeviceState.SANITISED}

Ruling = Literal["one_device", "two_devices", "resolved_itself"]


class Claimed(NamedTuple):
    """What one name says of a device: from when to when it was seen, and in which state it is recorded."""

    name: str
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    state: DeviceState | None


def scheme_of(name: str) -> str | None:
    """The scheme under which a name claims a serial; None for names that claim none, such as asset tags.

    Jamf names a computer or mobile device by its number, and by its UDID where the number is not told: these two are
    the same record's, so they do not contradict each other. A computer and a mobile device of one serial do.
    """
    scheme, _, value = name.partition(":")
    if scheme == "jamf" and value.startswith("udid/"):
        return "jamf-udid"
    return scheme if scheme in MDM_SCHEMES or scheme in ASSET_SCHEMES else None


def rivals(names: Iterable[str]) -> dict[str, set[str]]:
    """Names of one scheme that stand beside each other, by scheme; empty for almost every device."""
    by_scheme: dict[str, set[str]] = {}
    for name in names:
        scheme = scheme_of(name)
        if scheme is not None:
            by_scheme.setdefault(scheme, set()).add(name)
    return {scheme: found for scheme, found in by_scheme.items() if len(found) > 1}


def has_rival(name: str, names: Iterable[str]) -> bool:
    """True if one of `names` claims a serial under the same scheme as `name`."""
    scheme = scheme_of(name)
    return scheme is not None and any(scheme_of(other) == scheme for other in names)


def contradict(scheme: str, one: Claimed, other: Claimed) -> bool:
    """True if both names cannot be the same device's, as far as is known."""
    if scheme in ASSET_SCHEMES:
        return one.state not in RETIRED and other.state not in RETIRED
    if one.first_seen_at is None or other.first_seen_at is None or not one.last_seen_at or not other.last_seen_at:
        return False
    overlap = min(one.last_seen_at, other.last_seen_at) - max(one.first_seen_at, other.first_seen_at)
    return overlap > TOLERANCE


def in_conflict(scheme: str, claims: Iterable[Claimed], one_device: Collection[frozenset[str]] = ()) -> tuple[str, ...]:
    """The names that contradict another one. Those that were ruled to be `one_device` do not contradict each other."""
    found: set[str] = set()
    for one, other in combinations(claims, 2):
        pair = {one.name, other.name}
        if contradict(scheme, one, other) and not any(pair <= ruled for ruled in one_device):
            found |= pair
    return tuple(sorted(found))


def conflict_id(serial_name: str, scheme: str) -> str:
    """`serial:5CG1234XYZ/intune`."""
    return f"{serial_name}/{scheme}"
