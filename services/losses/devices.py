"""The one door from losses to what others know: the register's devices, and the request that came with a report."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.access.viewer import Viewer
from services.database.pool import Connection
from services.register import queries as register
from services.register.queries import DeviceView
from services.requests import queries as requests


class Known(NamedTuple):
    """A device that the viewer may see, the revision of its record, and which managements know it."""

    device: DeviceView
    revision: int
    managed_by: tuple[str, ...]


async def known(connection: Connection, viewer: Viewer, device_id: UUID, today: date) -> Known | None:
    """The device; None if there is none that the viewer may see."""
    device = await register.device_by_id(connection, viewer, device_id, today)
    management = None if device is None else await register.management(connection, device_id)
    if device is None or management is None:
        return None
    return Known(device, management.revision, management.managed_by)


async def is_managed(connection: Connection, device_id: UUID) -> bool:
    """Whether a device management knows the device now."""
    management = await register.management(connection, device_id)
    return management is not None and bool(management.managed_by)


async def request_id(connection: Connection, viewer: Viewer, reference: str, device_id: UUID) -> UUID | None:
    """The request's id; None if the viewer may not see it, or it is about another device."""
    found = await requests.request_by_reference(connection, viewer, reference)
    return found.request_id if found is not None and found.device_id == device_id else None
