"""Microsoft Intune, by polling Graph's list of managed devices: Intune itself pushes nothing about devices.

Allowed to enter an event: Intune's id, serial, system and its version, maker, model, compliance, the holder's e-mail
address, and how remote wipes stand. Names, telephone numbers and network addresses are not even asked for. Devices
that people own themselves are none of our business and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from schemas.envelope import Event
from schemas.events.device import (
    CheckIn,
    DeviceCheckedIn,
    DeviceEnrolled,
    Enrolment,
    Wipe,
    WipeReported,
)
from schemas.topics import DEVICE_OBSERVED
from services.intake.fields import email, moment, text
from services.intake.identifiers import INTUNE, identifiers, serial, subject
from services.intake.kinds import kind_of, maker_and_model
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/intune"

_WIPES = frozenset({"wipe", "factoryReset"})
"""Actions that empty a device. `retire` removes company data only and is no sanitisation."""

_OUTCOMES: dict[str, str | None] = {
    "none": None,
    "pending": "requested",
    "active": "requested",
    "done": "done",
    "failed": "failed",
    "notSupported": "failed",
    "canceled": "cancelled",
}
_COMPLIANT = {"compliant": True, "noncompliant": False, "inGracePeriod": False}


class _Action(msgspec.Struct, rename="camel"):
    action_name: str = ""
    action_state: str = ""
    start_date_time: str | None = None
    last_updated_date_time: str | None = None


class _Device(msgspec.Struct, rename="camel"):
    id: str
    serial_number: str | int | None = None
    last_sync_date_time: str | None = None
    enrolled_date_time: str | None = None
    operating_system: str | None = None
    os_version: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    compliance_state: str | None = None
    email_address: str | None = None
    user_principal_name: str | None = None
    managed_device_owner_type: str | None = None
    device_action_results: list[_Action] | None = None


_device = msgspec.json.Decoder(_Device)
FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(_Device))
"""Exactly what we ask Graph for, so that nothing else ever reaches us."""


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """A managed device → its check-in, or its enrolment while it never synchronised, and its wipes."""
    device = decode_json(_device, body)
    if device.managed_device_owner_type == "personal":
        return []
    device_id = text(device.id)
    if device_id is None:
        raise Untranslatable("the device has no id", "$.id")
    known = identifiers(serial=serial(device.serial_number), intune=device_id)
    key = subject(known)
    seen = moment(device.last_sync_date_time, "$.lastSyncDateTime")
    events: list[Event] = [_seen(device, known, key, seen) if seen else _enrolled(device, known, key)]
    for place, action in enumerate(device.device_action_results or ()):
        if action.action_name in _WIPES and (wipe := _wipe(action, known, key, place)) is not None:
            events.append(wipe)
    return events


def _seen(device: _Device, known: dict[str, str], key: str, seen: datetime) -> DeviceCheckedIn:
    maker, model = maker_and_model(text(device.model), text(device.manufacturer))
    os = text(device.operating_system)
    return DeviceCheckedIn(
        id=f"{known[INTUNE]}/{seen.isoformat()}",
        source=SOURCE,
        time=seen,
        subject=key,
        data=CheckIn(
            identifiers=known,
            kind=kind_of(os, model),
            manufacturer=maker,
            model=model,
            os=os,
            os_version=text(device.os_version),
            holder_email=email(device.email_address, device.user_principal_name),
            compliant=_COMPLIANT.get(device.compliance_state or ""),
        ),
    )


def _enrolled(device: _Device, known: dict[str, str], key: str) -> DeviceEnrolled:
    enrolled = moment(device.enrolled_date_time, "$.enrolledDateTime")
    if enrolled is None:
        raise Untranslatable("the device neither enrolled nor synchronised", "$.enrolledDateTime")
    maker, model = maker_and_model(text(device.model), text(device.manufacturer))
    os = text(device.operating_system)
    return DeviceEnrolled(
        id=f"{known[INTUNE]}/enrolled/{enrolled.isoformat()}",
        source=SOURCE,
        time=enrolled,
        subject=key,
        data=Enrolment(
            identifiers=known,
            kind=kind_of(os, model),
            manufacturer=maker,
            model=model,
            os=os,
            os_version=text(device.os_version),
            holder_email=email(device.email_address, device.user_principal_name),
        ),
    )


def _wipe(action: _Action, known: dict[str, str], key: str, place: int) -> WipeReported | None:
    where = f"$.deviceActionResults[{place}]"
    if action.action_state not in _OUTCOMES:
        raise Untranslatable(f"{action.action_state!r} is no state of an action we know", f"{where}.actionState")
    outcome = _OUTCOMES[action.action_state]
    if outcome is None:
        return None
    started = moment(action.start_date_time, f"{where}.startDateTime")
    at = moment(action.last_updated_date_time, f"{where}.lastUpdatedDateTime") or started
    if at is None:
        raise Untranslatable("the wipe has no time", where)
    begun = started.isoformat() if started else "unknown"
    return WipeReported(
        id=f"{known[INTUNE]}/{action.action_name}/{begun}/{action.action_state}",
        source=SOURCE,
        time=at,
        subject=key,
        data=Wipe(identifiers=known, outcome=outcome, requested_at=started),  # type: ignore[arg-type]  # _OUTCOMES holds Wipe's words; msgspec does not narrow them
    )


MANAGED_DEVICE = RecordKind("intune", "intune", (DEVICE_OBSERVED,), translate)
