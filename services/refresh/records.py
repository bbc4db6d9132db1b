"""The rows this service keeps, as frozen values that compare: a fold turns old ones into new ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from schemas.events.register import DeviceFacts
from schemas.vocabulary import BauCause, Demand, DeviceState, FundingLine, Kind, RequestReason


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """A device's deciding facts at `revision`, and what was judged of them. Columns in the table's order.

    `told_on` is the day of the event that told this revision.
    """

    device_id: UUID
    revision: int
    state: DeviceState
    serial: str | None
    kind: Kind | None
    model: str | None
    os: str | None
    os_version: str | None
    unit: str | None
    purchased_on: date | None
    due_on: date | None = None
    past_life: bool = False
    changes_on: date | None = None
    warranty_ends_on: date | None = None
    battery_health_percent: int | None = None
    told_on: date | None = None

    @property
    def counted(self) -> tuple[str, Kind] | None:
        """The unit and kind whose ageing counts this device; None while it is not deployed."""
        if self.state is DeviceState.DEPLOYED and self.unit is not None and self.kind is not None:
            return self.unit, self.kind
        return None


class Request(msgspec.Struct, frozen=True, array_like=True):
    """A request as far as it was heard of: `approved_on` and `order_id` come in either order."""

    request_id: UUID
    reference: str
    device_id: UUID | None
    serial: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    reason: RequestReason | None = None
    approved_on: date | None = None
    order_id: str | None = None
    waiting_for: str | None = None
    accessibility_needs: bool | None = None
    from_stock: bool | None = None
    """True once a device that was in stock is set aside for it."""
    ended: bool | None = None
    """True once it was withdrawn, or closed and all is heard of its device."""
    closed_on: date | None = None

    @property
    def ordered(self) -> bool:
        """True once money or a device from stock was set aside for it.

        Where a device from the shelf serves the request, the budget names the wave instead of an order: then the
        device stands as its place in the wave does.
        """
        bought = self.order_id is not None and not self.order_id.startswith("W-")
        return bought or self.from_stock is True


class Placement(msgspec.Struct, frozen=True, array_like=True):
    """An entry's place in a released wave: an order serves it, or a device from the shelf.

    It `holds` unless that device left the shelf for somewhere else.
    """

    entry_id: UUID
    wave: str
    state: Literal["planned", "ordered"]
    order_id: str | None
    stock_device_id: UUID | None
    holds: bool

    @property
    def ordered(self) -> bool:
        """True once the wave's money is committed."""
        return self.state == "ordered"


class DemandPlace(msgspec.Struct, frozen=True, array_like=True):
    """One of the devices that a planned demand asks for."""

    entry_id: UUID
    demand_id: UUID
    reference: str
    cause: BauCause
    kind: Kind
    unit: str
    needed_by: date
    reason: str
    withdrawn: bool


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A place in the queue. `entry_id` is the device's id, the request's where it names no device, or one of a
    demand's where a planner foresaw it.

    `line` pays for the successor; `cause` is what business-as-usual demand came from, None for refresh demand. `wave`
    holds the entry; it is planned while the wave waits for its money.
    """

    entry_id: UUID
    device_id: UUID | None
    request_id: UUID | None
    request_reference: str | None
    serial: str | None
    kind: Kind
    model: str | None
    unit: str | None
    demand: Demand
    rule: str
    reason: str
    policy_version: str
    due_on: date
    score: int
    score_parts: dict[str, int]
    status: Literal["queued", "planned", "ordered"]
    waiting_for: str | None
    line: FundingLine
    cause: BauCause | None
    wave: str | None = None
    order_id: str | None = None
    demand_id: UUID | None = None


class Told(NamedTuple):
    """A device's facts as an event of `told_on` told them."""

    facts: DeviceFacts
    told_on: date


class FailureTold(NamedTuple):
    """What was told of a ticket. Tellings are joined, so that neither their order nor repetition matters."""

    told_at: datetime
    withdrawn: bool
    failed_on: date
    revision: int = 0

    def joined(self, other: FailureTold) -> FailureTold:
        """The earliest day told is when it failed. Whether it was withdrawn the higher revision says; of two words of
        one revision, such as all that were told without one, withdrawn holds.
        """
        newer = max(self, other, key=lambda told: (told.revision, told.withdrawn))
        told_at, failed_on = min(self.told_at, other.told_at), min(self.failed_on, other.failed_on)
        return FailureTold(told_at, newer.withdrawn, failed_on, newer.revision)


class Known(msgspec.Struct, frozen=True):
    """All that is stored about the devices, requests and planned demand at hand."""

    standings: Mapping[UUID, Standing]
    failures: Mapping[UUID, tuple[date, ...]]
    requests: Mapping[UUID, Request]
    """By device id."""
    loose_requests: Mapping[UUID, Request]
    """By request id: those touched, whether or not they name a device."""
    entries: Mapping[UUID, Entry]
    placements: Mapping[UUID, Placement] = {}
    """By entry id."""
    demands: Mapping[UUID, DemandPlace] = {}
    """By entry id."""
