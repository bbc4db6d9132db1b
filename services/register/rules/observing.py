"""What each event of a device says: its authority, and which facts it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas.events.device import (
    AssetRecorded,
    DeviceCheckedIn,
    DeviceEnrolled,
    DeviceObserved,
    DeviceUnenrolled,
    FailureReported,
    WipeReported,
)
from services.register.rules.facts import (
    ASSET_TAG,
    BATTERY_HEALTH_PERCENT,
    COMPLIANT,
    COST_PENCE,
    FROM_DESK,
    FROM_MDM,
    HOLDER_EMAIL,
    IN_USE,
    IN_USE_AT,
    KIND,
    LAST_SEEN_AT,
    MANUFACTURER,
    MODEL,
    OS,
    OS_VERSION,
    PURCHASED_ON,
    RECORDED_STATE,
    SERIAL,
    UNIT,
    WARRANTY_ENDS_ON,
    WIPED_AT,
    Observation,
)

_Reading = tuple[int, tuple[Observation, ...]]

SEEN_BY = frozenset({DeviceCheckedIn, DeviceEnrolled})
"""Events by which a device was seen."""


def observations(event: DeviceObserved) -> tuple[int, tuple[Observation, ...]]:
    """What an event says: its authority, and a value for each field it could speak of; None says nothing."""
    authority, facts = _READERS[type(event)](event)
    names = event.data.identifiers
    return authority, (*facts, (SERIAL, names.get("serial")), (ASSET_TAG, names.get("asset_tag")))


def _from_mdm(event: DeviceCheckedIn | DeviceEnrolled) -> _Reading:
    told = event.data
    return FROM_MDM, (
        (KIND, told.kind),
        (MANUFACTURER, told.manufacturer),
        (MODEL, told.model),
        (OS, told.os),
        (OS_VERSION, told.os_version),
        (HOLDER_EMAIL, told.holder_email),
        (LAST_SEEN_AT, event.time),
        (BATTERY_HEALTH_PERCENT, told.battery_health_percent),
    )


def _from_check_in(event: DeviceCheckedIn) -> _Reading:
    authority, facts = _from_mdm(event)
    return authority, (*facts, (COMPLIANT, event.data.compliant))


def _from_asset(event: AssetRecorded) -> _Reading:
    asset = event.data
    return FROM_DESK, (
        (KIND, asset.kind),
        (MANUFACTURER, asset.manufacturer),
        (MODEL, asset.model),
        (RECORDED_STATE, asset.state),
        (UNIT, asset.unit),
        (HOLDER_EMAIL, asset.holder_email),
        (PURCHASED_ON, asset.purchased_on),
        (WARRANTY_ENDS_ON, asset.warranty_ends_on),
        (COST_PENCE, asset.cost_pence),
        (IN_USE_AT, event.time if asset.state in IN_USE else None),
    )


def _from_wipe(event: WipeReported) -> _Reading:
    return FROM_MDM, ((WIPED_AT, event.time if event.data.outcome == "done" else None),)


_READERS: dict[type, Callable[[Any], _Reading]] = {
    DeviceCheckedIn: _from_check_in,
    DeviceEnrolled: _from_mdm,
    DeviceUnenrolled: lambda _: (FROM_MDM, ()),
    AssetRecorded: _from_asset,
    FailureReported: lambda _: (FROM_DESK, ()),
    WipeReported: _from_wipe,
}
"""By type, not by isinstance: this runs for every event."""
