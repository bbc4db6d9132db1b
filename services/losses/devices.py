"""The one door from losses to what others know: the register's devices, and the request that came with a report."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from schemas.events.request import Raised
from schemas.vocabulary import DeviceState, Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.register import queries as register
from services.register.queries import CustodyFacts
from services.requests import queries as requests


class Known(NamedTuple):
    """A device as a loss writes it down. `revision` is that of its record; 0 where the register has none by this id."""

    device_id: UUID
    serial: str | None
    kind: Kind | None
    model: str | None
    unit: str | None
    holder_email: str | None
    state: DeviceState | None
    revision: int
    managed_by: tuple[str, ...]


async def known(connection: Connection, viewer: Viewer, device_id: UUID, today: date) -> Known | None:
    """The device; None if there is none that the viewer may see."""
    device = await register.device_by_id(connection, viewer, device_id, today)
    facts = None if device is None else await _facts(connection, device_id)
    if device is None or facts is None:
        return None
    return Known(
        device.device_id,
        device.serial,
        device.kind,
        device.model,
        device.unit,
        device.holder_email,
        device.state,
        facts.revision,
        facts.managed_by,
    )


async def requested(connection: Connection, device_id: UUID, said: Raised) -> Known:
    """The device that a request is about, for services; what the request said of it where the register has none."""
    facts = await _facts(connection, device_id)
    if facts is None:
        return Known(device_id, said.serial, said.kind, None, said.unit, None, None, 0, ())
    return Known(
        device_id,
        facts.serial,
        facts.kind,
        facts.model,
        facts.unit,
        facts.last_holder_email,
        facts.state,
        facts.revision,
        facts.managed_by,
    )


async def is_managed(connection: Connection, device_id: UUID) -> bool:
    """Whether a device management knows the device now."""
    facts = await _facts(connection, device_id)
    return facts is not None and bool(facts.managed_by)


async def _facts(connection: Connection, device_id: UUID) -> CustodyFacts | None:
    return (await register.custody_facts(connection, [device_id])).get(device_id)


async def request_id(connection: Connection, viewer: Viewer, reference: str, device_id: UUID) -> UUID | None:
    """The request's id; None if the viewer may not see it, or it is about another device."""
    found = await requests.request_by_reference(connection, viewer, reference)
    return found.request_id if found is not None and found.device_id == device_id else None
