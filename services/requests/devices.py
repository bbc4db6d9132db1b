"""The one door from requests to what others know of a device: the register's queries, and the refresh policy's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeAlias
from uuid import UUID

from services.access.viewer import Viewer
from services.database.pool import Connection
from services.register import queries as register
from services.requests.rules.asking import DeviceFacts

DueDate: TypeAlias = Callable[[Connection, Viewer, str, date], Awaitable[date | None]]
"""When policy says that the device with this serial is due; None if it is not."""


async def device_facts(
    connection: Connection, viewer: Viewer, device_id: UUID, today: date, due_date: DueDate | None
) -> DeviceFacts | None:
    """What requests' rules look at; None if there is no such device or the viewer may not see it."""
    device = await register.device_by_id(connection, viewer, device_id, today)
    if device is None:
        return None
    due_on = await due_date(connection, viewer, device.serial, today) if due_date and device.serial else None
    return DeviceFacts(
        serial=device.serial,
        kind=device.kind,
        unit=device.unit,
        holder_email=device.holder_email,
        state=device.state,
        warranty_ends_on=device.warranty_ends_on,
        due_on=due_on,
    )
