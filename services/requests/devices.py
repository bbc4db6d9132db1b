"""The one door from requests to what others know of a device: the register's queries, and the refresh plan's."""

from __future__ import annotations

import dataclasses
from datetime import date
from uuid import UUID

import msgspec

from services.access.viewer import Viewer
from services.database.pool import Connection
from services.refresh import queries as refresh
from services.refresh import wave_queries as waves
from services.register import queries as register
from services.requests.rules.asking import DeviceFacts


async def device_facts(connection: Connection, viewer: Viewer, device_id: UUID, today: date) -> DeviceFacts | None:
    """What the register tells of a device; None if there is no such device or the viewer may not see it."""
    device = await register.device_by_id(connection, viewer, device_id, today)
    if device is None:
        return None
    return DeviceFacts(
        serial=device.serial,
        kind=device.kind,
        unit=device.unit,
        holder_email=device.holder_email,
        state=device.state,
        warranty_ends_on=device.warranty_ends_on,
    )


async def with_outlook(
    connection: Connection, viewer: Viewer, device_id: UUID, device: DeviceFacts, today: date
) -> DeviceFacts:
    """The same, with when the refresh policy replaces it anyhow. The viewer must have been allowed the device before.

    Who asks may answer for no units; a holder is still told when the device is due.
    """
    asks = dataclasses.replace(viewer, units=None)
    explained = await refresh.why(connection, asks, device.serial, today) if device.serial else None
    placed = (await waves.placed(connection, [device_id])).get(device_id)
    return msgspec.structs.replace(
        device,
        due_on=explained.due_on if explained else None,
        not_due_because=explained.not_due_because if explained else None,
        planned_for=placed.quarter if placed else explained.planned_for if explained else None,
        in_released_wave=placed.wave if placed else None,
        wave_is_ordered=placed.ordered if placed else False,
    )
