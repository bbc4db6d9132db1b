"""Microsoft Intune, by polling Graph's list of managed devices: Intune itself pushes nothing about devices.

Allowed to enter an event: Intune's id, serial, system and its version, maker, model, compliance, the holder's e-mail
address, and how remote wipes and retires stand. Names, telephone numbers and network addresses are not even asked for.
Devices that people own themselves are none of our business and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.envelope import Event
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import moment
from services.intake.sources.intune.actions import Action, result_of
from services.intake.sources.intune.observed import check_in, enrolment, is_personal, observed
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json


class ManagedDevice(msgspec.Struct, rename="camel"):
    """What we take of a record."""

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
    device_action_results: list[Action] | None = None


MANAGED_DEVICE_JSON = msgspec.json.Decoder(ManagedDevice)
FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(ManagedDevice))
"""Exactly what we ask Graph for, so that nothing else ever reaches us."""


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """A managed device → its check-in, or its enrolment while it never synchronised, its wipes and its retirement."""
    device = decode_json(MANAGED_DEVICE_JSON, body)
    if is_personal(device.managed_device_owner_type):
        return []
    told = observed(
        device_id=device.id,
        serial_number=device.serial_number,
        where="$.id",
        os=device.operating_system,
        os_version=device.os_version,
        manufacturer=device.manufacturer,
        model=device.model,
        emails=(device.email_address, device.user_principal_name),
        compliance=device.compliance_state,
    )
    events: list[Event] = []
    if (seen := moment(device.last_sync_date_time, "$.lastSyncDateTime")) is not None:
        events.append(check_in(told, seen))
    elif (enrolled := moment(device.enrolled_date_time, "$.enrolledDateTime")) is not None:
        events.append(enrolment(told, enrolled))
    else:
        raise Untranslatable("the device neither enrolled nor synchronised", "$.enrolledDateTime")
    for place, action in enumerate(device.device_action_results or ()):
        if (result := result_of(action, told.known, f"$.deviceActionResults[{place}]")) is not None:
            events.append(result)
    return events


MANAGED_DEVICE = RecordKind("intune", "intune", (DEVICE_OBSERVED,), translate)
