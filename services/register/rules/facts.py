"""Which fact wins. Field by field, the weightier observation stays, whatever order they come in.

An observation weighs (authority, time): the service desk's asset record outranks what an MDM guesses about kind,
model, unit and holder, and among equals the later time wins. Two observations of one field at one time are settled
by the greater value, so that the outcome is the same whoever comes first. Applying observations is therefore
commutative, associative and idempotent; `tests/unit/register` proves it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

from schemas.events.device import (
    AssetRecorded,
    DeviceCheckedIn,
    DeviceEnrolled,
    DeviceObserved,
    DeviceUnenrolled,
    FailureReported,
    WipeReported,
)
from schemas.vocabulary import DeviceState


class Field(IntEnum):
    """What is known of a device, in the order it is stored."""

    SERIAL = 0
    ASSET_TAG = 1
    KIND = 2
    MANUFACTURER = 3
    MODEL = 4
    OS = 5
    OS_VERSION = 6
    RECORDED_STATE = 7
    UNIT = 8
    HOLDER_EMAIL = 9
    PURCHASED_ON = 10
    WARRANTY_ENDS_ON = 11
    COST_PENCE = 12
    COMPLIANT = 13
    LAST_SEEN_AT = 14
    IN_USE_AT = 15
    WIPED_AT = 16


PUBLISHED = frozenset(Field) - {
    Field.COST_PENCE,
    Field.COMPLIANT,
    Field.LAST_SEEN_AT,
    Field.RECORDED_STATE,
    Field.IN_USE_AT,
    Field.WIPED_AT,
}
"""Fields that others decide on: a change of one is told to them. State is published as derived, see `lifecycle`."""

REMEMBERED = PUBLISHED | {Field.WIPED_AT}
"""Fields whose changes a device's history keeps, beside its state."""

QUIET = frozenset({Field.LAST_SEEN_AT, Field.COMPLIANT})
"""Fields that every check-in moves: no news by themselves."""

FROM_MDM = 0
FROM_DESK = 1 << 60
"""Authority, added to the time in microseconds (below 2^60 until the year 38000)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

IN_USE = frozenset({DeviceState.ORDERED, DeviceState.IN_STOCK, DeviceState.DEPLOYED, DeviceState.IN_REPAIR})

Observation = tuple[Field, Any]
_Reading = tuple[int, tuple[Observation, ...]]


class Device:
    """One device while a batch is folded into it. Mutable on purpose: it lives inside one transaction only."""

    __slots__ = (
        "before",
        "changed",
        "device_id",
        "is_new",
        "names",
        "names_changed",
        "revision",
        "state",
        "values",
        "weights",
    )

    def __init__(
        self,
        device_id: UUID,
        *,
        names: set[str],
        values: list[Any],
        weights: list[int],
        state: DeviceState,
        revision: int,
        is_new: bool = False,
    ) -> None:
        self.device_id = device_id
        self.names = names
        self.values = values
        self.weights = weights
        self.state = state
        self.revision = revision
        self.is_new = is_new
        self.before: tuple[list[Any], DeviceState] = (list(values), state)
        self.changed: set[Field] = set()
        self.names_changed = False

    @property
    def has_news(self) -> bool:
        """True if others must be told."""
        return self.is_new or self.state is not self.before[1] or not self.changed.isdisjoint(PUBLISHED)

    @property
    def only_seen(self) -> bool:
        """True if nothing but the last check-in moved."""
        return not self.is_new and not self.names_changed and self.changed <= QUIET

    @classmethod
    def unknown(cls, device_id: UUID) -> Device:
        """A device heard of for the first time: in use, for all we know."""
        return cls(
            device_id,
            names=set(),
            values=[None] * len(Field),
            weights=[-1] * len(Field),
            state=DeviceState.DEPLOYED,
            revision=0,
            is_new=True,
        )

    def observe(self, field: Field, value: Any, weight: int) -> bool:
        """Take one observation; True if it changed what is known."""
        known = self.weights[field]
        if weight < known:
            return False
        if weight == known and not value > self.values[field]:
            return False
        self.weights[field] = weight
        if self.values[field] == value:
            return False
        self.values[field] = value
        self.changed.add(field)
        return True


def weight_of(authority: int, at: datetime) -> int:
    """How much an observation weighs."""
    return authority + (at - _EPOCH) // _MICROSECOND


def observations(event: DeviceObserved) -> tuple[int, list[Observation]]:
    """What an event says: its authority, and a value for each field it speaks of. What is absent says nothing."""
    authority, facts = _READERS[type(event)](event)
    names = event.data.identifiers
    facts += ((Field.SERIAL, names.get("serial")), (Field.ASSET_TAG, names.get("asset_tag")))
    return authority, [fact for fact in facts if fact[1] is not None]


def _from_mdm(event: DeviceCheckedIn | DeviceEnrolled) -> _Reading:
    told = event.data
    return FROM_MDM, (
        (Field.KIND, told.kind),
        (Field.MANUFACTURER, told.manufacturer),
        (Field.MODEL, told.model),
        (Field.OS, told.os),
        (Field.OS_VERSION, told.os_version),
        (Field.HOLDER_EMAIL, told.holder_email),
        (Field.LAST_SEEN_AT, event.time),
    )


def _from_check_in(event: DeviceCheckedIn) -> _Reading:
    authority, facts = _from_mdm(event)
    return authority, (*facts, (Field.COMPLIANT, event.data.compliant))


def _from_asset(event: AssetRecorded) -> _Reading:
    asset = event.data
    return FROM_DESK, (
        (Field.KIND, asset.kind),
        (Field.MANUFACTURER, asset.manufacturer),
        (Field.MODEL, asset.model),
        (Field.RECORDED_STATE, asset.state),
        (Field.UNIT, asset.unit),
        (Field.HOLDER_EMAIL, asset.holder_email),
        (Field.PURCHASED_ON, asset.purchased_on),
        (Field.WARRANTY_ENDS_ON, asset.warranty_ends_on),
        (Field.COST_PENCE, asset.cost_pence),
        (Field.IN_USE_AT, event.time if asset.state in IN_USE else None),
    )


def _from_wipe(event: WipeReported) -> _Reading:
    return FROM_MDM, ((Field.WIPED_AT, event.time if event.data.outcome == "done" else None),)


_READERS: dict[type, Callable[[Any], _Reading]] = {
    DeviceCheckedIn: _from_check_in,
    DeviceEnrolled: _from_mdm,
    DeviceUnenrolled: lambda _: (FROM_MDM, ()),
    AssetRecorded: _from_asset,
    FailureReported: lambda _: (FROM_DESK, ()),
    WipeReported: _from_wipe,
}
"""By type, not by isinstance: this runs for every event."""
