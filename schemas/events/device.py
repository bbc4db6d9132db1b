"""What the outside world told us about a device: intake's translation of vendors' records.

Published on topic `device-observed`, keyed by the best identifier the record carries. The register decides
which device is meant; an observation only says by which names the vendor knows it.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from schemas.envelope import Event, Moment
from schemas.vocabulary import DeviceState, Kind


class CheckIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A device reported to its MDM. `identifiers` maps a scheme (serial, intune, jamf, …) to the vendor's value."""

    identifiers: dict[str, str]
    kind: Kind | None = None
    manufacturer: str | None = None
    model: str | None = None
    os: str | None = None
    os_version: str | None = None
    holder_email: str | None = None
    compliant: bool | None = None
    battery_health_percent: int | None = None
    """What its battery holds, in per cent of what it held when new."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A device joined its MDM."""

    identifiers: dict[str, str]
    kind: Kind | None = None
    manufacturer: str | None = None
    model: str | None = None
    os: str | None = None
    os_version: str | None = None
    holder_email: str | None = None
    battery_health_percent: int | None = None
    """What its battery holds, in per cent of what it held when new."""


class Unenrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A device left its MDM."""

    identifiers: dict[str, str]


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """The service desk's asset record. `cost_pence` is what was paid, including VAT; `unit` is a directory code."""

    identifiers: dict[str, str]
    kind: Kind | None = None
    manufacturer: str | None = None
    model: str | None = None
    state: DeviceState | None = None
    unit: str | None = None
    holder_email: str | None = None
    purchased_on: date | None = None
    warranty_ends_on: date | None = None
    cost_pence: int | None = None


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A hardware ticket at the service desk. One ticket is one failure, however often it is updated."""

    identifiers: dict[str, str]
    ticket: str
    ticket_state: Literal["open", "resolved", "cancelled"]
    opened_at: Moment


class Wipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a remote wipe stands. Only `done` is proof of sanitisation.

    `evidence` says how a finished wipe is known: the MDM's own result, or that the device's record, with a wipe under
    way, was gone from whole lists and could not be found by its id.
    """

    identifiers: dict[str, str]
    outcome: Literal["requested", "done", "failed", "cancelled"]
    requested_at: Moment | None = None
    evidence: Literal["result", "absence"] = "result"


class DeviceCheckedIn(Event, frozen=True, kw_only=True, tag="quartermaster.device.checked_in"):
    """A device reported to its MDM at `time`."""

    data: CheckIn


class DeviceEnrolled(Event, frozen=True, kw_only=True, tag="quartermaster.device.enrolled"):
    """A device joined its MDM at `time`."""

    data: Enrolment


class DeviceUnenrolled(Event, frozen=True, kw_only=True, tag="quartermaster.device.unenrolled"):
    """A device left its MDM at `time`."""

    data: Unenrolment


class AssetRecorded(Event, frozen=True, kw_only=True, tag="quartermaster.device.asset_recorded"):
    """The service desk's asset record as it stood at `time`."""

    data: Asset


class FailureReported(Event, frozen=True, kw_only=True, tag="quartermaster.device.failure_reported"):
    """A hardware ticket as it stood at `time`."""

    data: Failure


class WipeReported(Event, frozen=True, kw_only=True, tag="quartermaster.device.wipe_reported"):
    """A remote wipe as it stood at `time`."""

    data: Wipe


DeviceObserved = DeviceCheckedIn | DeviceEnrolled | DeviceUnenrolled | AssetRecorded | FailureReported | WipeReported
