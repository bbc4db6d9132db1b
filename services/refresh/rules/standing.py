"""What the rules look at."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from schemas.vocabulary import DeviceState, Kind, RequestReason

IN_USE = frozenset({DeviceState.DEPLOYED, DeviceState.IN_REPAIR})
"""Devices somebody works with, which therefore need a successor. What lies in store does not."""


class ApprovedRequest(msgspec.Struct, frozen=True):
    """A request that a manager approved, or an order that names one whose approval is yet to be heard of."""

    request_id: UUID
    reference: str
    reason: RequestReason | None
    approved_on: date | None
    ordered: bool
    waiting_for: str | None = None
    accessibility_needs: bool = False


class DeviceStanding(msgspec.Struct, frozen=True):
    """All that decides about one device. `state` None: its facts are yet to be heard of. Failures in date order.

    `battery_percent` is what its battery holds of what it held when new, as told on `told_on`.
    """

    device_id: UUID
    state: DeviceState | None
    kind: Kind | None
    model: str | None = None
    unit: str | None = None
    os: str | None = None
    os_version: str | None = None
    purchased_on: date | None = None
    failures: tuple[date, ...] = ()
    request: ApprovedRequest | None = None
    warranty_ends_on: date | None = None
    battery_percent: int | None = None
    told_on: date | None = None
