"""The device that a planner names for a request: in stock, of the kind asked for, and set aside for nobody else."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from schemas.vocabulary import DeviceState
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.errors import NotFound, RuleBroken
from services.refresh import wave_queries
from services.register import queries as register
from services.requests import delivery_store
from services.requests.rules.arrivals import comes_from_stock, fits
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Guard, Status
from services.requests.store import Held


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A device that may be set aside."""

    device_id: UUID
    serial: str | None
    asset_tag: str | None
    from_stock: bool

    @property
    def label(self) -> str:
        """What people call it."""
        return self.serial or self.asset_tag or "a device without a serial number"


async def named(connection: Connection, viewer: Viewer, held: Held, term: str, today: date) -> Named:
    """The device with this serial or asset tag. The caller holds the lock of placing, so no wave takes it meanwhile.

    Raises NotFound, and RuleBroken saying what bars it.
    """
    device = await register.find_device(connection, viewer, term, today)
    if device is None:
        raise NotFound(f"There is no device {term.strip()[:60]} on record; check the serial number or asset tag.")
    label = device.serial or device.asset_tag or term.strip()
    if device.state is not DeviceState.IN_STOCK or not fits(held.kind, device.kind):
        kind = device.kind.value if device.kind else "device of unknown kind"
        state = device.state.value.replace("_", " ")
        raise RuleBroken(f"{label} is a {kind}, {state}. {MACHINE.guards[Guard.DEVICE_NAMED]}")
    other = await delivery_store.set_aside_for(connection, device.device_id, held.request_id)
    other = other or await wave_queries.set_aside_in(connection, device.device_id, held.device_id)
    if other is not None:
        raise RuleBroken(f"{label} is set aside for {other}. {MACHINE.guards[Guard.DEVICE_NAMED]}")
    since = held.decided_at or held.raised_at
    anew = held.status not in (Status.WAITING_FOR_MONEY, Status.ORDERED)
    from_stock = held.from_stock if anew else comes_from_stock(held.status, since, device.purchased_on)
    return Named(device_id=device.device_id, serial=device.serial, asset_tag=device.asset_tag, from_stock=from_stock)
