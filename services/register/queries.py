"""What others may read of the register. Every read takes the viewer, and SQL applies their units and their role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import asyncpg
import msgspec

from schemas.vocabulary import HELD_STATES, DeviceState, Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.register.conflict_queries import ClaimantView, ConflictsView, ConflictView, conflict_by_id, open_conflicts
from services.register.custody_queries import CustodyFacts, custody_facts
from services.register.holder_queries import (
    HeldDevice,
    HeldNumber,
    Holding,
    SeenDevice,
    beyond,
    held_by,
    held_of,
    newly_held,
)
from services.register.idle_queries import IdleCounts, IdleDevice, IdleDevices, idle_by_unit, idle_counts, idle_devices
from services.register.naming_queries import records_of, reported_gone
from services.register.people_queries import StrayDevice, leavers, movers
from services.register.rules.ageing import BANDS, OLDEST, UNKNOWN_AGE, age_band, age_months
from services.register.rules.counting import UNKNOWN_MONTH
from services.register.shelf_queries import OnShelf, shelf

__all__ = (
    "ClaimantView",
    "ConflictView",
    "ConflictsView",
    "CountRow",
    "CustodyFacts",
    "DeviceView",
    "Dimension",
    "HeldDevice",
    "HeldNumber",
    "HistoryLine",
    "Holding",
    "IdleCounts",
    "IdleDevice",
    "IdleDevices",
    "OnShelf",
    "SeenDevice",
    "StrayDevice",
    "beyond",
    "conflict_by_id",
    "counts",
    "custody_facts",
    "device_by_id",
    "device_history",
    "devices_of",
    "find_device",
    "held_by",
    "held_of",
    "idle_by_unit",
    "idle_counts",
    "idle_devices",
    "leavers",
    "movers",
    "my_devices",
    "names_for_commands",
    "newly_held",
    "open_conflicts",
    "records_of",
    "reported_gone",
    "shelf",
    "verify_counts",
)

SQL = load_statements(__file__, "queries.sql")
_AGE_ORDER = {name: place for place, name in enumerate([*(name for name, _ in BANDS), OLDEST, UNKNOWN_AGE])}


class Dimension(StrEnum):
    """By what counts may be broken down."""

    KIND = "kind"
    UNIT = "unit"
    MODEL = "model"
    AGE = "age"
    STATE = "state"
    OS = "os"


class DeviceView(msgspec.Struct, frozen=True, kw_only=True):
    """A device as a viewer sees it. `cost_pence` (VAT included) is None without the role; ages are whole months."""

    device_id: UUID
    serial: str | None
    asset_tag: str | None
    kind: Kind | None
    manufacturer: str | None
    model: str | None
    state: DeviceState
    unit: str | None
    holder_email: str | None
    os: str | None
    os_version: str | None
    purchased_on: date | None
    warranty_ends_on: date | None
    last_seen_at: datetime | None
    cost_pence: int | None
    age_months: int | None
    left_at: datetime | None = None
    """When it was resold, redistributed or recycled. Seen after that, it is not ours again: who looks must see it."""


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One remembered change of a device.

    Of field `loss` and `custody`: a word of theirs; `before` is its state, `after` its number and a sentence below it.
    """

    at: datetime
    field: str
    before: str | None
    after: str | None
    source: str


class CountRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices fall under these keys, one key for each dimension asked for."""

    keys: tuple[str, ...]
    devices: int


async def my_devices(connection: Connection, viewer: Viewer, today: date) -> list[DeviceView]:
    """The devices the viewer holds, in use or in repair."""
    return [_device(row, today) for row in await connection.fetch(SQL["my_devices"], viewer.email)]


async def find_device(connection: Connection, viewer: Viewer, term: str, today: date) -> DeviceView | None:
    """The device with this serial or asset tag, in any case; None if there is none the viewer may see."""
    wanted = term.strip().upper()
    row = await connection.fetchrow(
        SQL["find_device"], viewer.unit_scope, viewer.email, viewer.sees_prices, f"serial:{wanted}", wanted
    )
    return None if row is None else _device(row, today)


async def devices_of(connection: Connection, viewer: Viewer, email: str, today: date) -> list[DeviceView]:
    """The devices on record in a person's name that the viewer may see, those in use first, in every state."""
    rows = await connection.fetch(
        SQL["devices_of"], viewer.unit_scope, viewer.email, viewer.sees_prices, email.strip().lower()
    )
    return [_device(row, today) for row in rows]


async def device_by_id(connection: Connection, viewer: Viewer, device_id: UUID, today: date) -> DeviceView | None:
    """The device with this id; None if there is none the viewer may see."""
    row = await connection.fetchrow(SQL["device_by_id"], viewer.unit_scope, viewer.email, viewer.sees_prices, device_id)
    return None if row is None else _device(row, today)


async def device_history(connection: Connection, viewer: Viewer, device_id: UUID, limit: int = 50) -> list[HistoryLine]:
    """A device's latest changes, newest first; empty if the viewer may not see the device."""
    rows = await connection.fetch(SQL["device_history"], viewer.unit_scope, viewer.email, device_id, limit)
    return [HistoryLine(**dict(row)) for row in rows]


async def counts(
    connection: Connection,
    viewer: Viewer,
    today: date,
    by: Sequence[Dimension],
    kind: Kind | None = None,
    *,
    states: Sequence[DeviceState] | None = None,
) -> list[CountRow]:
    """How many devices the viewer's units have, by the given dimensions, largest first (ages in their own order).

    Without `states` those are counted that the organisation still holds; by state, every state is shown.
    """
    wanted = states or (list(DeviceState) if Dimension.STATE in by else sorted(HELD_STATES))
    rows = await connection.fetch(SQL["count_cells"], viewer.unit_scope, kind, list(by), list(wanted))
    summed: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        summed[tuple(_key(dimension, row, today) for dimension in by)] += row["devices"]
    ordered = sorted(
        summed.items(), key=lambda item: (*(_AGE_ORDER.get(key, -1) for key in item[0]), -item[1], item[0])
    )
    return [CountRow(keys=keys, devices=devices) for keys, devices in ordered]


async def known_identifiers(connection: Connection, names: Sequence[str]) -> set[str]:
    """Which of these names (`serial:…`, `intune:…`) some device goes by. Says nothing else, so it takes no viewer."""
    return {row["name"] for row in await connection.fetch(SQL["known_identifiers"], names)}


async def names_for_commands(connection: Connection, device_id: UUID, serial: str | None) -> list[str]:
    """By which names (`intune:…`, `jamf:…`) a device goes, for the service that carries commands to its management.

    For services alone, so it takes no viewer. A device that has become one with another since is found by its serial.
    """
    name = None if serial is None else f"serial:{serial.strip().upper()}"
    names = await connection.fetchval(SQL["names_for_commands"], device_id, name)
    return names.split("\n") if names else []


async def verify_counts(connection: Connection) -> list[str]:
    """Cells whose count is wrong, in words; empty while the register is sound. For tests and operators."""
    return [str(dict(row)) for row in await connection.fetch(SQL["verify_counts"])]


def _key(dimension: Dimension, row: asyncpg.Record, today: date) -> str:
    if dimension is Dimension.AGE:
        month = row["purchased_month"]
        return age_band(None if month == UNKNOWN_MONTH else age_months(month, today))
    return row[dimension.value] or "unknown"


def _device(row: asyncpg.Record, today: date) -> DeviceView:
    values = dict(row)
    values["kind"] = values["kind"] and Kind(values["kind"])
    values["state"] = DeviceState(values["state"])
    return DeviceView(**values, age_months=age_months(values["purchased_on"], today))
