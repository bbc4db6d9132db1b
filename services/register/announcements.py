"""What the register tells the others, worded from a device. Ids follow from device and revision, so that the same
change is always the same event.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schemas.events.device import WipeReported
from schemas.events.register import (
    DeviceChanged,
    DeviceFacts,
    DeviceFailed,
    DeviceFailure,
    DeviceWipe,
    DeviceWipeTold,
    IdentityConflict,
    IdentityConflictFound,
    IdentityConflictSettled,
)
from services.register.conflict_store import Conflict
from services.register.rules.facts import (
    ASSET_TAG,
    BATTERY_HEALTH_PERCENT,
    FIELD_NAMES,
    FROM_DESK,
    HOLDER_EMAIL,
    KIND,
    MANUFACTURER,
    MODEL,
    OS,
    OS_VERSION,
    PUBLISHED,
    PURCHASED_ON,
    SERIAL,
    UNIT,
    WARRANTY_ENDS_ON,
    WIPED_AT,
    Device,
)

SOURCE = "quartermaster/register"


def device_changed(device: Device, at: datetime) -> DeviceChanged:
    """The whole of a device's deciding facts after a change at `at`."""
    changed = {FIELD_NAMES[field] for field in device.changed & PUBLISHED}
    if device.is_new or (device.before is not None and device.state is not device.before[1]):
        changed.add("state")
    return DeviceChanged(
        id=f"{device.device_id}/{device.revision}",
        source=SOURCE,
        time=at,
        subject=str(device.device_id),
        data=_facts(device, tuple(sorted(changed))),
    )


def device_merged(gone: Device, into: Device, at: datetime) -> DeviceChanged:
    """Tell that the record `gone` was the same device as `into`, found out at `at`.

    The id stands for nothing any more, so no fact is left in it that others could count or judge.
    """
    return DeviceChanged(
        id=f"{gone.device_id}/{gone.revision + 1}/merged",
        source=SOURCE,
        time=at,
        subject=str(gone.device_id),
        data=DeviceFacts(
            device_id=gone.device_id,
            revision=gone.revision + 1,
            changed=("merged_into",),
            state=gone.state,
            merged_into=into.device_id,
        ),
    )


def device_failed(
    device: Device, ticket: str, failed_at: datetime, *, withdrawn: bool, weight: int, cause: str
) -> DeviceFailed:
    """Tell of one failure, or that it proved none. `cause` names what made us tell it: each cause tells once.

    `weight` is that of the desk's word on which it rests.
    """
    return DeviceFailed(
        id=f"{ticket}/{cause}",
        source=SOURCE,
        time=failed_at,
        subject=str(device.device_id),
        data=DeviceFailure(
            device_id=device.device_id,
            ticket=ticket,
            failed_at=failed_at,
            withdrawn=withdrawn,
            revision=weight - FROM_DESK,
            kind=device.values[KIND],
            model=device.values[MODEL],
            unit=device.values[UNIT],
            purchased_on=device.values[PURCHASED_ON],
        ),
    )


def wipe_told(device: Device, event: WipeReported) -> DeviceWipeTold:
    """Tell how a wipe of `device` stood, once for each observation of it."""
    said = event.data
    return DeviceWipeTold(
        id=f"{event.source}/{event.id}",
        source=SOURCE,
        time=event.time,
        subject=str(device.device_id),
        data=DeviceWipe(
            device_id=device.device_id,
            outcome=said.outcome,
            told_by=event.source,
            evidence=said.evidence,
            requested_at=said.requested_at,
            serial=device.values[SERIAL],
        ),
    )


def wipe_joined(gone: Device, into: Device) -> DeviceWipeTold:
    """Tell of `into` that it is wiped, which was told of the record `gone` before both proved to be one device."""
    return DeviceWipeTold(
        id=f"{gone.device_id}/wiped/{into.device_id}",
        source=SOURCE,
        time=into.values[WIPED_AT],
        subject=str(into.device_id),
        data=DeviceWipe(device_id=into.device_id, outcome="done", told_by=SOURCE, serial=into.values[SERIAL]),
    )


def conflict_told(
    conflict: Conflict, device_id: UUID, unit: str | None
) -> IdentityConflictFound | IdentityConflictSettled:
    """A conflict as it stands: found, or found to have other claimants, or settled."""
    content = IdentityConflict(
        conflict=conflict.conflict,
        device_id=device_id,
        serial=conflict.serial.partition(":")[2],
        claimants=conflict.claimants,
        found_at=conflict.found_at,
        unit=unit,
        ruling=conflict.ruling,
        ruled_by=conflict.ruled_by,
        revision=conflict.revision,
    )
    kind = IdentityConflictFound if conflict.ruling is None else IdentityConflictSettled
    return kind(
        id=f"{conflict.conflict}/{conflict.revision}",
        source=SOURCE,
        time=conflict.ruled_at or conflict.found_at,
        subject=conflict.conflict,
        data=content,
    )


def _facts(device: Device, changed: tuple[str, ...]) -> DeviceFacts:
    values = device.values
    return DeviceFacts(
        device_id=device.device_id,
        revision=device.revision,
        changed=changed,
        state=device.state,
        serial=values[SERIAL],
        asset_tag=values[ASSET_TAG],
        kind=values[KIND],
        manufacturer=values[MANUFACTURER],
        model=values[MODEL],
        os=values[OS],
        os_version=values[OS_VERSION],
        unit=values[UNIT],
        holder_email=values[HOLDER_EMAIL],
        purchased_on=values[PURCHASED_ON],
        warranty_ends_on=values[WARRANTY_ENDS_ON],
        battery_health_percent=values[BATTERY_HEALTH_PERCENT],
    )
