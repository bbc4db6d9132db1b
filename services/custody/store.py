"""Writing custody, in sets, inside the transaction of the command or batch they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec

from services.access.viewer import Viewer
from services.custody.rules.chain import Link
from services.custody.rules.machine import CustodyState
from services.custody.rules.record import Record
from services.custody.rules.standing import Standing
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "store.sql")
_NEVER_CHANGES = {
    "reference",
    "serial",
    "asset_tag",
    "kind",
    "manufacturer",
    "model",
    "unit",
    "purchased_on",
    "last_holder",
    "came_at",
}
_INSERTED = (*Record.__struct_fields__[: Record.__struct_fields__.index("acted_at")], "proof", "proof_at")
_WRITTEN = tuple(name for name in Record.__struct_fields__ if name not in _NEVER_CHANGES)


async def standings(connection: Connection, devices: Iterable[UUID]) -> dict[UUID, Standing]:
    """What is known of these devices, without holding them."""
    return _standings(await connection.fetch(SQL["standings"], list(devices)))


async def hold_standings(connection: Connection, devices: Iterable[UUID]) -> dict[UUID, Standing]:
    """What is known of these devices, held until the transaction ends; all have a row from now on."""
    return _standings(await connection.fetch(SQL["hold_standings"], sorted(devices)))


async def write_standings(connection: Connection, standings: Sequence[Standing]) -> None:
    """Write standings that are held."""
    if standings:
        await connection.execute(SQL["write_standings"], *_columns(standings, Standing.__struct_fields__))


async def lock_open(connection: Connection, devices: Iterable[UUID], commands: Iterable[UUID] = ()) -> list[Record]:
    """Hold the open records of these devices, and those that wait for these commands."""
    return _records(await connection.fetch(SQL["lock_open"], list(devices), list(commands)))


async def last_ended(connection: Connection, devices: Iterable[UUID]) -> dict[UUID, Record]:
    """The last ended record of each of these devices that has one."""
    found = _records(await connection.fetch(SQL["last_ended"], list(devices)))
    return {record.device_id: record for record in found}


async def lock_referenced(connection: Connection, viewer: Viewer, references: Sequence[str]) -> list[Record]:
    """Hold the records with these C-numbers that the viewer may see."""
    return _records(await connection.fetch(SQL["lock_referenced"], list(references), viewer.unit_scope))


async def lock_in_state(connection: Connection, viewer: Viewer, state: CustodyState, most: int) -> list[Record]:
    """Hold the records in a state that the viewer may see; of more than `most`, as many."""
    return _records(await connection.fetch(SQL["lock_in_state"], state, viewer.unit_scope, most))


async def take_references(connection: Connection, count: int) -> list[str]:
    """So many new C-numbers."""
    return [f"C-{row['number']}" for row in await connection.fetch(SQL["take_references"], count)]


async def insert_records(connection: Connection, records: Sequence[Record]) -> None:
    """Write records as they first stand."""
    if records:
        await connection.execute(SQL["insert_records"], *_columns(records, _INSERTED))


async def write_records(connection: Connection, records: Sequence[Record]) -> None:
    """Write records that are held."""
    if records:
        await connection.execute(SQL["write_records"], *_columns(records, _WRITTEN))


async def append_links(connection: Connection, links: Sequence[Link]) -> None:
    """Append to the chains."""
    if links:
        await connection.execute(SQL["append_links"], *_columns(links, Link.__struct_fields__))


async def use_key(connection: Connection, email: str, key: str, batch_id: UUID, now: datetime) -> str | None:
    """None the first time a key is used; afterwards the B-number of the act it was used for."""
    if await connection.fetchval(SQL["use_key"], email, key, batch_id, now) is not None:
        return None
    return cast("str", await connection.fetchval(SQL["batch_of_key"], email, key))


async def batch_of_key(connection: Connection, email: str, key: str) -> str | None:
    """The B-number of the act that a key was used for; None if it was used for none."""
    batch: str | None = await connection.fetchval(SQL["batch_of_key"], email, key)
    return batch


async def next_batch(connection: Connection) -> str:
    """The next B-number."""
    return f"B-{await connection.fetchval(SQL['next_batch'])}"


async def keep_batch(
    connection: Connection,
    batch_id: UUID,
    batch: str,
    cause: str,
    at: datetime,
    who: str,
    refused: Sequence[tuple[str, str]],
) -> None:
    """Write an act: what it was, and of each device that stayed why."""
    await connection.execute(SQL["keep_batch"], batch_id, batch, cause, at, who, [list(each) for each in refused])


def _standings(rows: Sequence[asyncpg.Record]) -> dict[UUID, Standing]:
    return {row["device_id"]: msgspec.convert(dict(row), Standing) for row in rows}


def _records(rows: Sequence[asyncpg.Record]) -> list[Record]:
    return [msgspec.convert(dict(row), Record) for row in rows]


def _columns(structs: Sequence[msgspec.Struct], names: Sequence[str]) -> list[list[Any]]:
    return [[getattr(each, name) for each in structs] for name in names]
