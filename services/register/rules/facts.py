"""Which fact wins. Field by field, the weightier observation stays, whatever order they come in.

An observation weighs (authority, time): the service desk's asset record outranks what an MDM guesses about kind,
model, unit and holder, and among equals the later time wins. Two observations of one field at one time are settled
by the greater value, so that the outcome is the same whoever comes first. Applying observations is therefore
commutative, associative and idempotent; `tests/unit/register` proves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schemas.vocabulary import DeviceState

if TYPE_CHECKING:
    from services.register.rules.claims import Claim
    from services.register.rules.words import Ending


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
    BATTERY_HEALTH_PERCENT = 17

    # An enumeration's own hash is that of its name, worked out anew each time; sets of fields are asked all the time.
    __hash__ = int.__hash__


# By name, for what runs at every event: reading a member off its enumeration takes ten times as long.
(
    SERIAL,
    ASSET_TAG,
    KIND,
    MANUFACTURER,
    MODEL,
    OS,
    OS_VERSION,
    RECORDED_STATE,
    UNIT,
    HOLDER_EMAIL,
    PURCHASED_ON,
    WARRANTY_ENDS_ON,
    COST_PENCE,
    COMPLIANT,
    LAST_SEEN_AT,
    IN_USE_AT,
    WIPED_AT,
    BATTERY_HEALTH_PERCENT,
) = Field

FIELD_NAMES = tuple(field.name.lower() for field in Field)
"""As events and histories write them, in the order of the fields."""

PUBLISHED = frozenset(Field) - {
    COST_PENCE,
    COMPLIANT,
    LAST_SEEN_AT,
    RECORDED_STATE,
    IN_USE_AT,
    WIPED_AT,
}
"""Fields that others decide on: a change of one is told to them. State is published as derived, see `lifecycle`."""

REMEMBERED = PUBLISHED | {WIPED_AT}
"""Fields whose changes a device's history keeps, beside its state."""

FROM_MDM = 0
FROM_DESK = 1 << 60
"""Authority, added to the time in microseconds (below 2^60 until the year 38000)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
NEVER = datetime.max.replace(tzinfo=UTC)
"""When a device was first seen that never was: later than anything, so that one comparison serves."""

IN_USE = frozenset({DeviceState.ORDERED, DeviceState.IN_STOCK, DeviceState.DEPLOYED, DeviceState.IN_REPAIR})

Observation = tuple[Field, Any]


class Device:
    """One device while a batch is folded into it. Mutable on purpose: it lives inside one transaction only."""

    __slots__ = (
        "before",
        "changed",
        "claims",
        "device_id",
        "ending",
        "first_seen_at",
        "heard_at",
        "is_new",
        "moved",
        "names",
        "names_changed",
        "revision",
        "seen_earlier",
        "state",
        "values",
        "version",
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
        version: int = -1,
        is_new: bool = False,
        first_seen_at: datetime = NEVER,
        claims: dict[str, Claim] | None = None,
        ending: Ending | None = None,
    ) -> None:
        self.device_id = device_id
        self.names = names
        self.values = values
        self.weights = weights
        self.state = state
        self.revision = revision
        self.version = version
        self.is_new = is_new
        self.before: tuple[list[Any], DeviceState] | None = None
        """The facts and the state before this batch's first news; None while there is none."""
        self.changed: set[Field] = set()
        self.names_changed = False
        self.heard_at: datetime | None = None
        """When the last event of this batch about it happened; None before the first."""
        self.first_seen_at = first_seen_at
        """The earliest check-in known. It moves once in a device's life, so mostly it costs one comparison."""
        self.seen_earlier = False
        self.claims = claims
        """What rival names say, see `claims`; None for nearly every device."""
        self.ending = ending
        """What losses and custody told of it, see `words`; None for nearly every device."""
        self.moved = False
        """True if what was told of its end changed, or its state did though no fact's value did."""

    def begin_again(self) -> None:
        """Stand as stored, ready for the next batch."""
        if self.changed or self.moved:
            self.before = None
            self.changed = set()
            self.moved = False
        self.names_changed = False
        self.seen_earlier = False
        self.heard_at = None
        self.is_new = False
        if self.claims is not None:
            for claim in self.claims.values():
                claim.unwritten = False

    @property
    def has_news(self) -> bool:
        """True if others must be told."""
        if self.is_new:
            return True
        return self.before is not None and (self.state is not self.before[1] or not self.changed.isdisjoint(PUBLISHED))

    @property
    def only_seen(self) -> bool:
        """True if nothing but the last check-in moved."""
        return not (self.changed or self.is_new or self.names_changed or self.seen_earlier or self.moved)

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

    def remember_before(self) -> None:
        """Keep facts and state as they were before this batch's first news."""
        if self.before is None:
            self.before = (list(self.values), self.state)

    def observe(self, facts: Sequence[Observation], weight: int) -> list[tuple[Field, Any]]:
        """Take observations of one weight; answers the fields whose known value changed, with the value before."""
        values, weights = self.values, self.weights
        news: list[tuple[Field, Any]] = []
        for field, value in facts:
            if value is None or weight < weights[field]:
                continue
            before = values[field]
            if before == value:
                weights[field] = weight
            elif weight > weights[field] or value > before:
                weights[field] = weight
                if field is LAST_SEEN_AT:  # every check-in moves it: no news by itself
                    values[field] = value
                    continue
                if self.before is None:
                    self.before = (list(values), self.state)
                values[field] = value
                self.changed.add(field)
                news.append((field, before))
        return news


def weight_of(authority: int, at: datetime) -> int:
    """How much an observation weighs."""
    return authority + (at - _EPOCH) // _MICROSECOND


def desk_moment(weight: int) -> datetime | None:
    """When the desk said what weighs so much; None if it is no word of the desk's."""
    return _EPOCH + (weight - FROM_DESK) * _MICROSECOND if weight >= FROM_DESK else None
