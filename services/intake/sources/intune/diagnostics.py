"""Intune's diagnostic records, as Azure puts them into Event Hubs: devices, and the audit of what was done to them.

A message holds many records under `records`, or is one record by itself. Of the categories two concern us: `Devices`,
a dump of all devices every so often, and `AuditLogs`. A dump ends with a row of statistics that is no device.

Allowed to enter an event: of a device what the list of managed devices gives, and no more; of the audit which device
was to be wiped, when, and whether the request was taken. Who asked stays there, and so do names and addresses.

Moments inside a device's row carry no zone and mean UTC, with seven digits of a second; the audit writes them as
Americans do, `11/1/2026 9:00:13 AM`, in UTC too. An audit record is one event however often it is delivered: its
AuditEventId names it. A wipe in the audit was asked for; that it was done the device's own record tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from schemas.envelope import Event
from schemas.events.device import Wipe, WipeReported
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import moment, text
from services.intake.reading.identifiers import identifiers, subject
from services.intake.sources.intune.observed import SOURCE, check_in, enrolment, is_personal, observed
from services.intake.translation import Context, Malformed, Record, RecordKind, Untranslatable, decode_json

_WIPES = frozenset({"wipe manageddevice", "factoryreset manageddevice"})
_TAKEN = {"success": True, "failure": False, "fail": False, "failed": False, "clienterror": False, "timeout": False}
_TAKEN_BY_NUMBER = {1: True, 2: False}

_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d) ([AP])M", re.I)


class _Wrapper(msgspec.Struct):
    records: list[msgspec.Raw] | None = None


class _Envelope(msgspec.Struct, rename="camel"):
    category: str = ""
    operation_name: str = ""
    result_type: str | None = None
    time: str | None = None
    properties: msgspec.Raw = msgspec.Raw(b"{}")


class _Device(msgspec.Struct, rename="pascal"):
    device_id: str | None = None
    serial_number: str | int | None = None
    last_contact: str | None = None
    created_date: str | None = None
    os: str | None = msgspec.field(name="OS", default=None)
    os_version: str | None = msgspec.field(name="OSVersion", default=None)
    manufacturer: str | None = None
    model: str | None = None
    compliant_state: str | None = None
    ownership: str | None = None
    user_email: str | None = None
    upn: str | None = msgspec.field(name="UPN", default=None)
    result: str | int | None = None
    stats: object = None


class _Audit(msgspec.Struct, rename="pascal"):
    audit_event_id: str | None = None
    activity_date: str | None = None
    activity_result_status: int | str | None = None
    target_object_ids: list[str | None] | None = None


_wrapper = msgspec.json.Decoder(_Wrapper)
_envelope = msgspec.json.Decoder(_Envelope)
_device = msgspec.json.Decoder(_Device)
_audit = msgspec.json.Decoder(_Audit)


def split(body: bytes) -> list[Record]:
    """The records of a message, or the message itself where it is one. Raises Malformed if it is neither."""
    try:
        records = decode_json(_wrapper, body).records
    except Untranslatable as error:
        raise Malformed(error.reason, error.where) from None
    if records is None:
        return [Record(body)]
    return [Record(bytes(record), f"record {place}") for place, record in enumerate(records)]


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """A record → a device's check-in or enrolment, or what became of the request for a wipe."""
    record = decode_json(_envelope, body)
    if not record.category:
        raise Untranslatable("the record has no category", "$.category")
    if record.category == "Devices":
        return _from_device(decode_json(_device, bytes(record.properties)))
    if record.category == "AuditLogs" and record.operation_name.strip().lower() in _WIPES:
        return _from_audit(record, decode_json(_audit, bytes(record.properties)))
    return []


def _from_device(device: _Device) -> Sequence[Event]:
    if text(device.device_id) is None and (device.stats is not None or device.result is not None):
        return []  # the row that ends a dump
    if is_personal(device.ownership):
        return []
    told = observed(
        device_id=device.device_id,
        serial_number=device.serial_number,
        where="$.properties.DeviceId",
        os=device.os,
        os_version=device.os_version,
        manufacturer=device.manufacturer,
        model=device.model,
        emails=(device.user_email, device.upn),
        compliance=device.compliant_state,
    )
    if (seen := moment(device.last_contact, "$.properties.LastContact")) is not None:
        return [check_in(told, seen)]
    if (created := moment(device.created_date, "$.properties.CreatedDate")) is not None:
        return [enrolment(told, created)]
    raise Untranslatable("the device neither enrolled nor made contact", "$.properties.CreatedDate")


def _from_audit(record: _Envelope, audit: _Audit) -> Sequence[Event]:
    if (audit_id := text(audit.audit_event_id)) is None:
        raise Untranslatable("the audit record has no id", "$.properties.AuditEventId")
    targets = [device_id for target in audit.target_object_ids or () if (device_id := text(target)) is not None]
    if not targets:
        raise Untranslatable("the wipe names no device", "$.properties.TargetObjectIds")
    at = _american(audit.activity_date) or moment(record.time, "$.time")
    if at is None:
        raise Untranslatable("the wipe has no time", "$.properties.ActivityDate")
    outcome = "requested" if _was_taken(record, audit) else "failed"
    events = []
    for device_id in dict.fromkeys(targets):
        known = identifiers(intune=device_id)
        events.append(
            WipeReported(
                id=f"audit/{audit_id}/{device_id}",
                source=SOURCE,
                time=at,
                subject=subject(known),
                data=Wipe(identifiers=known, outcome=outcome, requested_at=at),  # type: ignore[arg-type]  # one of Wipe's words; mypy widens the two to str
            )
        )
    return events


def _was_taken(record: _Envelope, audit: _Audit) -> bool:
    """Whether the request was taken: in a word, or in a number where the word says nothing."""
    word = (text(record.result_type) or "").lower().replace(" ", "")
    taken = _TAKEN.get(word)
    if taken is None and word in ("", "none"):
        number = text(audit.activity_result_status)
        taken = _TAKEN_BY_NUMBER.get(int(number)) if number in ("1", "2") else None
    if taken is None:
        raise Untranslatable(f"{record.result_type!r} is no result we know", "$.resultType")
    return taken


def _american(words: str | None) -> datetime | None:
    """`M/d/yyyy h:mm:ss AM` in UTC; None for anything else, for which the envelope's time stands in."""
    match = _AMERICAN.fullmatch(text(words) or "")
    if match is None:
        return None
    month, day, year, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not 1 <= hour <= 12 or not 2000 <= year < 2200:
        return None
    try:
        return datetime(year, month, day, hour % 12 + 12 * (match[7].upper() == "P"), minute, second, tzinfo=UTC)
    except ValueError:
        return None


DIAGNOSTIC = RecordKind("intune/diagnostics", "intune", (DEVICE_OBSERVED,), translate, split)
