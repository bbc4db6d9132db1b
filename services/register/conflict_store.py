"""Conflicts and rulings as they are kept, read and written in sets inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from services.database.pool import Connection
from services.database.statements import load_statements
from services.register.rules.conflicts import Ruling
from services.register.rules.identity import Apart

SQL = load_statements(__file__, "conflict_store.sql")


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict as stored, in the order of its columns. `serial` is the name, `serial:…`; open without a ruling."""

    conflict: str
    serial: str
    scheme: str
    claimants: tuple[str, ...]
    found_at: datetime
    revision: int
    ruling: Ruling | None = None
    ruled_by: str | None = None
    ruled_at: datetime | None = None
    split_off: str | None = None


async def apart(connection: Connection) -> Apart:
    """The rulings that a name does not own a serial."""
    rows = await connection.fetch(SQL["apart"])
    return Apart((row["split_off"], row["serial"]) for row in rows)


async def ruled_one_device(connection: Connection, serials: Collection[str]) -> dict[str, list[frozenset[str]]]:
    """Sets of names that were ruled to be one device, by serial name."""
    ruled: dict[str, list[frozenset[str]]] = {}
    for row in await connection.fetch(SQL["one_device"], sorted(serials)):
        ruled.setdefault(row["serial"], []).append(frozenset(row["claimants"]))
    return ruled


async def conflicts_of(connection: Connection, serials: Collection[str]) -> dict[str, Conflict]:
    """Conflicts there are or were over these serials, by id."""
    rows = await connection.fetch(SQL["conflicts_of"], sorted(serials))
    return {row["conflict"]: msgspec.convert(dict(row), Conflict) for row in rows}


async def conflict(connection: Connection, wanted: str) -> Conflict | None:
    """One conflict by its id."""
    row = await connection.fetchrow(SQL["conflict"], wanted)
    return None if row is None else msgspec.convert(dict(row), Conflict)


async def write_conflicts(connection: Connection, conflicts: Sequence[Conflict]) -> None:
    """Write conflicts as they stand from now on."""
    if conflicts:
        rows = [msgspec.structs.asdict(each) | {"claimants": "\n".join(each.claimants)} for each in conflicts]
        columns = zip(*(row.values() for row in rows), strict=True)
        await connection.execute(SQL["write_conflicts"], *(list(column) for column in columns))


async def rule(
    connection: Connection, serial: str, claimants: Sequence[str], split_off: str | None, ruled_by: str, at: datetime
) -> None:
    """Remember what was ruled: one device, or that `split_off` does not own the serial."""
    await connection.execute(SQL["rule"], serial, list(claimants), split_off, ruled_by, at)


async def lock_device(connection: Connection, name: str) -> bool:
    """Hold the device of this name until the transaction ends; False if there is none."""
    return await connection.fetchrow(SQL["lock_device"], name) is not None


async def use_key(connection: Connection, email: str, key: str, wanted: str, now: datetime) -> bool:
    """True the first time a key is used."""
    return await connection.fetchval(SQL["use_key"], email, "settle", key, wanted, now) is not None
