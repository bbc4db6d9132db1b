"""Judging rivals: which conflicts begin, change or end by what their devices say now.

Runs after the devices were written, in the same transaction: whoever settles a conflict holds its device first, so
the two never cross.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from schemas.topics import IDENTITY_CONFLICT
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.register import conflict_store
from services.register.announcements import conflict_told
from services.register.conflict_store import Conflict
from services.register.rules.conflicts import conflict_id, in_conflict, rivals
from services.register.rules.facts import UNIT, Device
from services.register.rules.identity import serial_among


async def judge(connection: Connection, devices: Collection[Device], at: datetime | None = None) -> list[Outgoing]:
    """Write the conflicts that begin, change or end with these devices, and answer the events that follow.

    What ends here ends by itself. `at` is the moment, by default that of the last event about each device.
    """
    by_serial = {serial: device for device in devices if (serial := serial_among(device.names)) is not None}
    if not by_serial:
        return []
    before = await conflict_store.conflicts_of(connection, by_serial)
    one_device = await conflict_store.ruled_one_device(connection, by_serial)
    changed: list[Conflict] = []
    told: list[Outgoing] = []
    for serial, device in sorted(by_serial.items()):
        now = at or device.heard_at
        standing = _standing(device, one_device.get(serial, ()))
        schemes = standing.keys() | {each.scheme for each in before.values() if each.serial == serial}
        for scheme in sorted(schemes):
            held = before.get(conflict_id(serial, scheme))
            after = _next(serial, scheme, held, standing.get(scheme, ()), now or (held.found_at if held else None))
            if after is not None:
                changed.append(after)
                told.append((IDENTITY_CONFLICT, conflict_told(after, device.device_id, device.values[UNIT])))
    await conflict_store.write_conflicts(connection, changed)
    return told


def _standing(device: Device, one_device: Collection[frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """The names that contradict each other, by scheme."""
    if device.claims is None:
        return {}
    claims = device.claims
    return {
        scheme: found
        for scheme, names in rivals(claims).items()
        if (found := in_conflict(scheme, [claims[name].claimed() for name in sorted(names)], one_device))
    }


def _next(
    serial: str, scheme: str, held: Conflict | None, claimants: tuple[str, ...], at: datetime | None
) -> Conflict | None:
    """The conflict as it stands from now on; None if nothing changes."""
    is_open = held is not None and held.ruling is None
    if held is not None and is_open and not claimants:
        return msgspec.structs.replace(held, revision=held.revision + 1, ruling="resolved_itself", ruled_at=at)
    if not claimants or at is None or (held is not None and is_open and held.claimants == claimants):
        return None
    return Conflict(
        conflict=conflict_id(serial, scheme),
        serial=serial,
        scheme=scheme,
        claimants=claimants,
        found_at=held.found_at if held is not None and is_open else at,
        revision=1 if held is None else held.revision + 1,
    )
