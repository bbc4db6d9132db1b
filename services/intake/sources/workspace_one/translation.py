"""Workspace ONE UEM's event notifications, in JSON or XML, from servers of every age.

Newer servers write an event type with spaces and older ones without, in the same field. `EventId` says which class of
event it is and is the same for all of them, so a delivery is named by device, type and time. Times are UTC with up to
seven decimals, or `/Date(milliseconds)/`. Firmware that has no answer yields "System.Byte[]".

A change of compliance is a check-in only if it became compliant: a device may also be found non-compliant because it
has not been seen for long. That a wipe was sent is no proof that it was done.

Allowed to enter an event: the device's number, serial, asset number, system and its version, the holder's e-mail
address. Devices that people own themselves are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.envelope import Event
from schemas.events.device import (
    CheckIn,
    DeviceCheckedIn,
    DeviceEnrolled,
    DeviceUnenrolled,
    Enrolment,
    Unenrolment,
    Wipe,
    WipeReported,
)
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import email, epoch_moment, moment, text
from services.intake.reading.identifiers import asset_tag, identifiers, serial, subject
from services.intake.reading.kinds import kind_of
from services.intake.reading.xml_form import read_fields
from services.intake.translation import Context, Malformed, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/workspace_one"

_ENROLLED = frozenset({"enrollmentcomplete", "mdmenrollmentcomplete"})
_UNENROLLED = frozenset(
    {"breakmdmconfirmed", "devicedelete", "devicedeleted", "deviceunenrolled", "deviceunenrolledenterprisewipe"}
)
_WIPE_SENT = frozenset({"devicewipe", "devicewiped"})
_REPORTED = frozenset({"compromisedstatuschanged", "deviceoperatingsystemchanged", "devicemcc"})
_JUDGED = "compliancestatuschanged"
_ADMINISTRATIVE = frozenset({"deviceorganizationgroupchanged", "enterprisewipe", "breakmdminitiated"})
"""Acts of an administrator, who need not have reached the device."""

_COMPLIANT = {"compliant": True, "noncompliant": False}
_OLD_DATE = re.compile(r"/Date\((\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)
_SYSTEMS = {"winrt": "Windows", "windowspc": "Windows", "appleosx": "macOS", "macos": "macOS", "android": "Android"}


class _Notice(msgspec.Struct):
    # Whatever type a server writes, fields.py reads it or takes it as absent.
    event_type: Any = msgspec.field(name="EventType", default=None)
    event_time: Any = msgspec.field(name="EventTime", default=None)
    device_id: Any = msgspec.field(name="DeviceId", default=None)
    device_uuid: Any = msgspec.field(name="DeviceUUID", default=None)
    friendly_name: Any = msgspec.field(name="DeviceFriendlyName", default=None)
    address: Any = msgspec.field(name="EnrollmentEmailAddress", default=None)
    user: Any = msgspec.field(name="EnrollmentUserName", default=None)
    compliance: Any = msgspec.field(name="ComplianceStatus", default=None)
    udid: Any = msgspec.field(name="Udid", default=None)
    serial_number: Any = msgspec.field(name="SerialNumber", default=None)
    asset_number: Any = msgspec.field(name="AssetNumber", default=None)
    platform: Any = msgspec.field(name="Platform", default=None)
    system_version: Any = msgspec.field(name="OperatingSystem", default=None)
    ownership: Any = msgspec.field(name="Ownership", default=None)


_notice = msgspec.json.Decoder(_Notice)


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """A notification → enrolment, check-in, un-enrolment or a wipe on its way; nothing for administrative ones."""
    notice = _read(body)
    named = text(notice.event_type)
    if named is None:
        raise Untranslatable("the notification names no event", "EventType")
    event_name = _folded(named)
    if event_name in _ADMINISTRATIVE or _folded(notice.ownership) == "employeeowned":
        return []
    if event_name == _JUDGED and _folded(notice.compliance) != "compliant":
        return []
    if event_name not in _ENROLLED | _UNENROLLED | _WIPE_SENT | _REPORTED | {_JUDGED}:
        raise Untranslatable(f"{named!r} is no event we know", "EventType")
    at = _at(notice.event_time)
    if at is None:
        raise Untranslatable("the notification has no time", "EventTime")
    return [_event(event_name, notice, at)]


def _event(event_name: str, notice: _Notice, at: datetime) -> Event:
    number = text(notice.device_id)
    uuid = text(notice.device_uuid)
    device = number if number and number != "0" else f"uuid/{uuid.lower()}" if uuid else None
    known = identifiers(serial=serial(notice.serial_number), workspace_one=device, asset_tag=_asset_tag(notice))
    key = subject(known)
    event_id = f"{event_name}/{device or key}/{at.isoformat()}"
    if event_name in _UNENROLLED:
        return DeviceUnenrolled(id=event_id, source=SOURCE, time=at, subject=key, data=Unenrolment(identifiers=known))
    if event_name in _WIPE_SENT:
        wipe = Wipe(identifiers=known, outcome="requested", requested_at=at)
        return WipeReported(id=event_id, source=SOURCE, time=at, subject=key, data=wipe)
    os = _system(notice)
    about: dict[str, Any] = {
        "identifiers": known,
        "kind": kind_of(os, None) if os else None,
        "manufacturer": "Apple" if os in ("iOS", "iPadOS", "macOS") else None,
        "os": os,
        "os_version": text(notice.system_version),
        "holder_email": email(notice.address, notice.user),
    }
    if event_name in _ENROLLED:
        return DeviceEnrolled(id=event_id, source=SOURCE, time=at, subject=key, data=msgspec.convert(about, Enrolment))
    about["compliant"] = _COMPLIANT.get(_folded(notice.compliance))
    return DeviceCheckedIn(id=event_id, source=SOURCE, time=at, subject=key, data=msgspec.convert(about, CheckIn))


def _asset_tag(notice: _Notice) -> str | None:
    """The asset number, unless the server filled it with the device's own id, as it does where nobody wrote one."""
    tag = asset_tag(notice.asset_number)
    filled = {(text(each) or "").upper() for each in (notice.udid, notice.device_uuid, notice.serial_number)}
    return tag if tag is not None and tag not in filled and tag != "SYSTEM.BYTE[]" else None


def _system(notice: _Notice) -> str | None:
    """What runs on it. "Apple" is a phone or a tablet: only the device's default name tells them apart."""
    platform = _folded(notice.platform)
    if platform in _SYSTEMS:
        return _SYSTEMS[platform]
    name = (text(notice.friendly_name) or "").lower()
    return "iPadOS" if "ipad" in name else "iOS" if "iphone" in name else None


def _at(value: object) -> datetime | None:
    old = _OLD_DATE.fullmatch(text(value) or "")
    return epoch_moment(old[1], "EventTime") if old else moment(value, "EventTime")


def _folded(value: object) -> str:
    return "".join((text(value) or "").split()).casefold()


def _read(body: bytes) -> _Notice:
    try:
        words = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Malformed("not valid UTF-8", f"byte {error.start}") from None
    if not words.startswith("<"):
        return decode_json(_notice, words)
    return msgspec.convert(read_fields(words, "Eventlog"), _Notice)


NOTIFICATION = RecordKind("workspace_one", "workspace_one", (DEVICE_OBSERVED,), translate)
