"""What the register knows once it has decided which device was meant.

Published on topics `device-changed`, `device-failed` and `device-wipe`, keyed by device id, and `identity-conflict`,
keyed by conflict. A mere check-in changes nothing that others decide on, so it is not published.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from schemas.envelope import Event, Moment
from schemas.vocabulary import DeviceState, Kind


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that others decide on, whole each time, so that the last event alone tells the present.

    `revision` counts the device's changes: a reader ignores a revision not above the one it holds.
    `changed` names the fields that this change touched.
    """

    device_id: UUID
    revision: int
    changed: tuple[str, ...]
    state: DeviceState
    serial: str | None = None
    asset_tag: str | None = None
    kind: Kind | None = None
    manufacturer: str | None = None
    model: str | None = None
    os: str | None = None
    os_version: str | None = None
    unit: str | None = None
    holder_email: str | None = None
    purchased_on: date | None = None
    warranty_ends_on: date | None = None
    battery_health_percent: int | None = None
    """What its battery holds, in per cent of what it held when new."""
    merged_into: UUID | None = None
    """Set once two records proved to be one device: this id is not used again, the other carries on."""


class DeviceFailure(msgspec.Struct, frozen=True, kw_only=True):
    """One failure of one device, told once a ticket. `withdrawn` says that the ticket proved no failure.

    A ticket may be cancelled and opened again: of two words on it the one with the higher `revision` holds.
    """

    device_id: UUID
    ticket: str
    failed_at: Moment
    withdrawn: bool = False
    kind: Kind | None = None
    model: str | None = None
    unit: str | None = None
    purchased_on: date | None = None
    revision: int = 0


class IdentityConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two records that claim one serial, told when it is found and again when a planner has settled it.

    `claimants` are the names that contradict each other (`intune:…`, `servicenow:…`); `ruling` is None while open.
    `revision` counts what was told of the conflict: a reader ignores one not above that it holds.
    """

    conflict: str
    device_id: UUID
    serial: str
    claimants: tuple[str, ...]
    found_at: Moment
    unit: str | None = None
    ruling: Literal["one_device", "two_devices", "resolved_itself"] | None = None
    ruled_by: str | None = None
    revision: int = 0


class DeviceWipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a remote wipe of a device stands, as its device management told it. Only `done` is proof of sanitisation."""

    device_id: UUID
    outcome: Literal["requested", "done", "failed", "cancelled"]
    told_by: str
    """Which source told it, such as quartermaster/intake/intune."""
    evidence: Literal["result", "absence"] = "result"
    requested_at: Moment | None = None
    serial: str | None = None


class DeviceChanged(Event, frozen=True, kw_only=True, tag="quartermaster.register.device_changed"):
    """A device's deciding facts changed."""

    data: DeviceFacts


class DeviceFailed(Event, frozen=True, kw_only=True, tag="quartermaster.register.device_failed"):
    """A device failed, or a failure was withdrawn."""

    data: DeviceFailure


class IdentityConflictFound(Event, frozen=True, kw_only=True, tag="quartermaster.register.identity_conflict_found"):
    """Two records claim one serial, and a planner must say whether they are one device."""

    data: IdentityConflict


class IdentityConflictSettled(Event, frozen=True, kw_only=True, tag="quartermaster.register.identity_conflict_settled"):
    """A conflict over a serial is over."""

    data: IdentityConflict


class DeviceWipeTold(Event, frozen=True, kw_only=True, tag="quartermaster.register.device_wipe_told"):
    """Device management told how a wipe stood at `time`, of a device that the register knows."""

    data: DeviceWipe
