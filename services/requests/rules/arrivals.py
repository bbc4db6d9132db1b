"""What the register's word on a device means for requests: the new one is in use, the old one is back or repaired.

Words come late, twice and in any order, so each is judged by itself, against facts that do not change: when it was
asked and decided, for whom, and which device it is about. A word that counts counts for good. Pure.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from schemas.events.register import DeviceFacts
from schemas.vocabulary import DeviceState, Kind
from services.clock import london_date
from services.requests.rules.machine import AWAITED, Status

_BACK = frozenset(
    {
        DeviceState.IN_STOCK,
        DeviceState.RETURNED,
        DeviceState.SANITISED,
        DeviceState.RESOLD,
        DeviceState.REDISTRIBUTED,
        DeviceState.RECYCLED,
    }
)
_ON_SHELF = frozenset({DeviceState.ORDERED, DeviceState.IN_STOCK})
_TELLING = frozenset({"state", "holder_email", "kind", "purchased_on", "merged_into"})


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """A request, as far as devices are judged by it. `since` is when it was decided, or asked where nobody decides."""

    for_whom: str
    kind: Kind
    status: Status
    device_id: UUID | None
    serial: str | None
    successor_device_id: UUID | None
    raised_at: datetime
    since: datetime


def could_matter(facts: DeviceFacts) -> bool:
    """Whether a word on a device may concern any request: most of the stream never does."""
    return not _TELLING.isdisjoint(facts.changed)


def fits(asked: Kind, given: Kind | None) -> bool:
    """Whether a device is of the kind asked for. Tablets are no longer bought: a laptop takes their place."""
    return given is asked or (asked is Kind.TABLET and given is Kind.LAPTOP)


def in_use_by(facts: DeviceFacts) -> str | None:
    """The address of who uses the device; None if nobody does."""
    if facts.state is not DeviceState.DEPLOYED or facts.merged_into is not None or not facts.holder_email:
        return None
    return facts.holder_email.lower()


def is_set_aside_for(awaited: Awaited, facts: DeviceFacts, at: datetime) -> bool:
    """Whether this is the device set aside for the request, now with whom it is for.

    Device management tells it first, when they enrol it; the desk may still have it on the shelf.
    """
    if awaited.status not in AWAITED or facts.device_id != awaited.successor_device_id or at < awaited.since:
        return False
    if facts.state in _ON_SHELF and facts.merged_into is None and "holder_email" in facts.changed:
        return (facts.holder_email or "").lower() == awaited.for_whom.lower()
    return in_use_by(facts) == awaited.for_whom.lower()


def left_the_shelf(awaited: Awaited, facts: DeviceFacts, at: datetime) -> bool:
    """Whether the new device is on the shelf no more, for the register too."""
    if facts.device_id != awaited.successor_device_id or facts.merged_into is not None or at < awaited.since:
        return False
    return facts.state not in _ON_SHELF


def may_be_newly_theirs(awaited: Awaited, facts: DeviceFacts, at: datetime) -> bool:
    """Whether a device that nobody set aside may be the one awaited: with whom it is for, of the kind.

    Never the old device, under whatever record.
    """
    if awaited.status not in AWAITED or awaited.successor_device_id is not None or at < awaited.since:
        return False
    if in_use_by(facts) != awaited.for_whom.lower() or not fits(awaited.kind, facts.kind):
        return False
    return facts.device_id != awaited.device_id and (awaited.serial is None or facts.serial != awaited.serial)


def is_bought_since(awaited: Awaited, facts: DeviceFacts) -> bool:
    """Whether nobody can have held the device before. Without that, only its way from the shelf proves it new: what is
    heard of for the first time may have been theirs for years.
    """
    return facts.purchased_on is not None and facts.purchased_on >= london_date(awaited.since)


def has_another(awaited: Awaited, facts: DeviceFacts, at: datetime) -> bool:
    """Whether a device that served somebody else, or lay somewhere, came to whom it is for by another way.

    Not the old one, nor the one set aside; nor one first heard of now, which may have been theirs for years.
    """
    if awaited.status not in AWAITED or at < awaited.since or facts.revision < 2 or "holder_email" not in facts.changed:
        return False
    if in_use_by(facts) != awaited.for_whom.lower() or not fits(awaited.kind, facts.kind):
        return False
    known = facts.device_id in (awaited.device_id, awaited.successor_device_id)
    return not known and (awaited.serial is None or facts.serial != awaited.serial)


def came_back(awaited: Awaited, facts: DeviceFacts, at: datetime) -> bool:
    """Whether the old device is no longer with its user: back, on a shelf, at its end, or somebody else's."""
    if facts.device_id != awaited.device_id or at < awaited.raised_at or facts.merged_into is not None:
        return False
    if facts.state in _BACK:
        return "state" in facts.changed
    holder = (facts.holder_email or "").lower()
    return "holder_email" in facts.changed and holder not in ("", awaited.for_whom.lower())


def is_repaired(awaited: Awaited, facts: DeviceFacts, at: datetime) -> bool:
    """Whether the device came back into use since it was to be repaired."""
    return (
        facts.device_id == awaited.device_id
        and facts.merged_into is None
        and facts.state is DeviceState.DEPLOYED
        and "state" in facts.changed
        and at >= awaited.raised_at
    )


def comes_from_stock(status: Status, since: datetime, bought_on: date | None) -> bool:
    """Whether a device that a planner names was in stock anyway, so that nothing needs to be bought for the request.

    What is named for a request on order may be what was ordered, arrived. It is, if it was bought since, or if nobody
    knows when: then the order stands.
    """
    if status is not Status.ORDERED:
        return True
    return bought_on is not None and bought_on < london_date(since)
