"""The closed words of the product: the same in code, tables, events and chat."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing a device is. Tablets are counted and retired, never bought."""

    LAPTOP = "laptop"
    DESKTOP = "desktop"
    MONITOR = "monitor"
    SMARTPHONE = "smartphone"
    TABLET = "tablet"

    # An enumeration's own hash is worked out in Python each time; whole fleets are looked up by kind and state.
    __hash__ = str.__hash__


class DeviceState(StrEnum):
    """Where a device stands in its lifecycle."""

    ORDERED = "ordered"
    IN_STOCK = "in_stock"
    DEPLOYED = "deployed"
    IN_REPAIR = "in_repair"
    RETURNED = "returned"
    SANITISED = "sanitised"
    RESOLD = "resold"
    REDISTRIBUTED = "redistributed"
    RECYCLED = "recycled"
    WRITTEN_OFF = "written_off"

    __hash__ = str.__hash__


HELD_STATES = frozenset(
    {
        DeviceState.ORDERED,
        DeviceState.IN_STOCK,
        DeviceState.DEPLOYED,
        DeviceState.IN_REPAIR,
        DeviceState.RETURNED,
    }
)
"""States in which the organisation still has, or is about to have, the device in use or in store."""

GONE_STATES = frozenset({DeviceState.RESOLD, DeviceState.REDISTRIBUTED, DeviceState.RECYCLED, DeviceState.WRITTEN_OFF})
"""States in which the device has left for good."""


class Role(StrEnum):
    """What a person may do here. Everyone is staff; the others add to it."""

    STAFF = "staff"
    MANAGER = "manager"
    PLANNER = "planner"
    FINANCE = "finance"
    DIRECTOR = "director"
    AUDITOR = "auditor"


class Demand(StrEnum):
    """Why a device is needed: the two sums that are counted apart."""

    REFRESH = "refresh"
    BAU = "bau"


class BauCause(StrEnum):
    """What business-as-usual demand comes from; each is counted apart. Refresh demand has none."""

    JOINER = "joiner"
    BREAKAGE = "breakage"
    LOSS = "loss"
    THEFT = "theft"
    GROWTH = "growth"
    ACCESSIBILITY = "accessibility"


class FundingLine(StrEnum):
    """Separately approved sums; money never moves between them unnoticed."""

    REFRESH_AND_BAU = "refresh-and-bau"
    TABLET_REPLACEMENT = "tablet-replacement"


class RequestReason(StrEnum):
    """What happened, in the words a person picks when asking for a replacement."""

    BROKEN = "broken"
    SLOW = "slow"
    LOST = "lost"
    STOLEN = "stolen"
    END_OF_LIFE = "end_of_life"
    ACCESSIBILITY = "accessibility"


class AlertSeverity(StrEnum):
    """How soon somebody must act."""

    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"
