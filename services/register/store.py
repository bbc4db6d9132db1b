"""Reading and writing devices in sets, inside the transaction of the batch they belong to."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.vocabulary import DeviceState, Kind
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import TryAgain
from services.register.rules.claims import Claim, claims_of
from services.register.rules.conflicts import rivals
from services.register.rules.counting import Cell
from services.register.rules.facts import BATTERY_HEALTH_PERCENT, KIND, LAST_SEEN_AT, NEVER, RECORDED_STATE, Device
from services.register.stored_ending import read_ending, write_ending
from services.register.stored_facts import read_facts, write_facts

SQL = load_statements(__file__, "store.sql")
_KINDS: dict[str | None, Kind | None] = {None: None} | {kind.value: kind for kind in Kind}
_STATES: dict[str | None, DeviceState | None] = {None: None} | {state.value: state for state in DeviceState}
_WEIGHTS = struct.Struct(f">{BATTERY_HEALTH_PERCENT:d}q")
"""Of all fields before the battery's: code of a release before it reads and writes these, and leaves the battery's
weight, which has a column of its own, as it is.
"""


class FailureRow(NamedTuple):
    """A ticket as stored."""

    ticket: str
    device_id: UUID
    opened_at: datetime
    ticket_state: str
    weight: int


class HistoryRow(NamedTuple):
    """One remembered change."""

    device_id: UUID
    at: datetime
    field: str
    before: str | None
    after: str | None
    source: str


async def known_by(connection: Connection, names: Sequence[str], by_id: dict[UUID, Device]) -> dict[str, Device]:
    """Known devices by each of `names`. One Device object a device: those already in `by_id` are used again, new ones
    are added to it. Nothing is locked: writing one that changed meanwhile raises TryAgain.
    """
    found: dict[str, Device] = {}
    contended: dict[UUID, Device] = {}
    for row in await connection.fetch(SQL["known"], names):
        (
            looked_up,
            device_id,
            known_names,
            state,
            revision,
            version,
            weights,
            battery_weight,
            *values,
            first_seen_at,
            ending,
        ) = row
        device = by_id.get(device_id)
        if device is None:
            values[KIND] = _KINDS[values[KIND]]
            values[RECORDED_STATE] = _STATES[values[RECORDED_STATE]]
            device = by_id[device_id] = Device(
                device_id,
                names=set(known_names.split("\n")),
                values=values,
                weights=[*_WEIGHTS.unpack(weights), battery_weight],
                state=_STATES[state] or DeviceState.DEPLOYED,
                revision=revision,
                version=version,
                first_seen_at=first_seen_at or NEVER,
                ending=None if ending is None else read_ending(ending),
            )
            if len(device.names) > 2 and rivals(device.names):
                contended[device_id] = device
        found[looked_up] = device
    if contended:
        await _add_claims(connection, contended)
    return found


async def _add_claims(connection: Connection, contended: Mapping[UUID, Device]) -> None:
    for row in await connection.fetch(SQL["claims"], list(contended)):
        name, device_id, companions, first_seen_at, facts, battery, battery_weight = row
        values, weights = read_facts(facts)
        device = contended[device_id]
        device.claims = (device.claims or {}) | {
            name: Claim(
                name,
                first_seen_at=first_seen_at or NEVER,
                values=[*values, battery],
                weights=[*weights, battery_weight],
                companions=set(companions.split("\n")) if companions else set(),
                unwritten=False,
            )
        }
    for device in contended.values():
        # Names that stood beside each other before claims were kept have none yet.
        device.claims = claims_of([device], device.names)


async def write_claims(connection: Connection, devices: Iterable[Device], dropped: Collection[str]) -> None:
    """Write what rival names said. `dropped` are names that were rivals and may have become the only ones."""
    rows = [
        (
            claim.name,
            device.device_id,
            "\n".join(sorted(claim.companions)),
            _stored(claim.first_seen_at),
            write_facts(claim.values[:BATTERY_HEALTH_PERCENT], claim.weights[:BATTERY_HEALTH_PERCENT]),
            claim.values[BATTERY_HEALTH_PERCENT],
            claim.weights[BATTERY_HEALTH_PERCENT],
        )
        for device in devices
        if device.claims is not None
        for claim in device.claims.values()
        if claim.unwritten
    ]
    gone = set(dropped).difference(row[0] for row in rows)
    if gone:
        await connection.execute(SQL["drop_claims"], sorted(gone))
    if rows:
        rows.sort()
        await connection.execute(SQL["write_claims"], *(list(column) for column in zip(*rows, strict=True)))


def _stored(first_seen_at: datetime) -> datetime | None:
    return None if first_seen_at == NEVER else first_seen_at


async def give_names(connection: Connection, names: Mapping[str, UUID]) -> None:
    """Record names nobody had. Raises TryAgain if another transaction gave one of them meanwhile."""
    if names:
        given = await connection.fetch(SQL["give_names"], list(names), list(names.values()))
        if len(given) != len(names):
            raise TryAgain("another consumer named one of these devices at the same time")


async def move_names(connection: Connection, names: Mapping[str, UUID]) -> None:
    """Record that known names mean other devices from now on."""
    if names:
        await connection.execute(SQL["move_names"], list(names), list(names.values()))


async def remove_merged(connection: Connection, gone: Sequence[Device], into: Mapping[UUID, Device]) -> None:
    """Drop records that proved to be another device; history and failures go with that one. Raises TryAgain."""
    stored = [device for device in gone if not device.is_new]
    if stored:
        removed = await connection.execute(
            SQL["remove_merged"],
            [device.device_id for device in stored],
            [into[device.device_id].device_id for device in stored],
            [device.version for device in stored],
        )
        _expect(removed, len(stored))


async def see_again(connection: Connection, devices: Sequence[Device]) -> None:
    """Write devices of which a check-in told nothing new. Raises TryAgain if one was written meanwhile."""
    if devices:
        written = await connection.execute(
            SQL["see_again"],
            [device.device_id for device in devices],
            [device.version for device in devices],
            [device.values[LAST_SEEN_AT] for device in devices],
            [_WEIGHTS.pack(*device.weights[:BATTERY_HEALTH_PERCENT]) for device in devices],
            [device.weights[BATTERY_HEALTH_PERCENT] for device in devices],
        )
        _expect(written, len(devices))
        _written(devices)


async def write_devices(connection: Connection, devices: Sequence[Device]) -> None:
    """Write devices whole. Raises TryAgain if one was written meanwhile."""
    if devices:
        columns = zip(*(device.values for device in devices), strict=True)
        written = await connection.execute(
            SQL["write_devices"],
            [device.device_id for device in devices],
            ["\n".join(sorted(device.names)) for device in devices],
            [device.state for device in devices],
            [device.revision for device in devices],
            [device.version + 1 for device in devices],
            [_WEIGHTS.pack(*device.weights[:BATTERY_HEALTH_PERCENT]) for device in devices],
            *(list(column) for column in columns),
            [_stored(device.first_seen_at) for device in devices],
            [device.weights[BATTERY_HEALTH_PERCENT] for device in devices],
            [None if device.ending is None else write_ending(device.ending) for device in devices],
        )
        _expect(written, len(devices))
        _written(devices)


def _written(devices: Sequence[Device]) -> None:
    for device in devices:
        device.version += 1


def _expect(status: str, rows: int) -> None:
    # PostgreSQL's answer ends in the number of rows: "UPDATE 5000", "INSERT 0 5000".
    if int(status.rpartition(" ")[2]) != rows:
        raise TryAgain("another consumer wrote one of these devices at the same time")


async def move_counts(connection: Connection, movements: Counter[Cell]) -> None:
    """Add each movement to its cell's count."""
    if movements:
        columns = zip(*movements, strict=True)
        await connection.execute(SQL["move_counts"], *(list(column) for column in columns), list(movements.values()))


async def remember(connection: Connection, rows: Sequence[HistoryRow]) -> None:
    """Append to the devices' histories."""
    if rows:
        await connection.execute(SQL["remember"], *(list(column) for column in zip(*rows, strict=True)))


async def known_failures(connection: Connection, tickets: Sequence[str]) -> dict[str, FailureRow]:
    """The tickets known, by name."""
    return {row["ticket"]: FailureRow(*row) for row in await connection.fetch(SQL["known_failures"], tickets)}


async def failures_of(connection: Connection, device_ids: Sequence[UUID]) -> list[FailureRow]:
    """The tickets of these devices' failures."""
    return [FailureRow(*row) for row in await connection.fetch(SQL["failures_of"], device_ids)]


async def write_failures(connection: Connection, rows: Sequence[FailureRow]) -> None:
    """Write tickets; an older word never replaces a newer one, and the earliest opening told holds."""
    if rows:
        await connection.execute(SQL["write_failures"], *(list(column) for column in zip(*rows, strict=True)))
