"""Writing losses, inside the transaction of the command or batch they belong to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import TryAgain
from services.losses.rules.standing import Standing

SQL = load_statements(__file__, "store.sql")


class Moment(NamedTuple):
    """One line of a loss's timeline; the same cause stands there once."""

    loss_id: UUID
    cause: str
    at: datetime
    what: str
    who: str


async def use_key(
    connection: Connection, email: str, command: str, key: str, loss_id: UUID, now: datetime
) -> UUID | None:
    """None the first time a key is used; afterwards the loss it was used for."""
    if await connection.fetchval(SQL["use_key"], email, command, key, loss_id, now) is not None:
        return None
    used: UUID = await connection.fetchval(SQL["used_key"], email, command, key)
    return used


async def point_key(connection: Connection, email: str, command: str, key: str, loss_id: UUID) -> None:
    """A key stands for another loss than was thought when it was used."""
    await connection.execute(SQL["point_key"], email, command, key, loss_id)


async def next_reference(connection: Connection) -> str:
    """The next L-number."""
    return f"L-{await connection.fetchval(SQL['next_number'])}"


async def insert(connection: Connection, loss: Standing) -> bool:
    """Write a loss; False if its device has an open one."""
    return await connection.fetchval(SQL["insert_loss"], *msgspec.structs.astuple(loss)) is not None


async def lock_last(connection: Connection, device_id: UUID) -> Standing | None:
    """Hold the device's open loss, or else the one it was last written off with; None if it has neither."""
    row = await connection.fetchrow(SQL["lock_last_loss"], device_id)
    return None if row is None else msgspec.convert(dict(row), Standing)


async def found_since(connection: Connection, device_id: UUID, since: datetime) -> UUID | None:
    """The loss by which the device was found at that moment or later; None if there is none."""
    found: UUID | None = await connection.fetchval(SQL["found_since"], device_id, since)
    return found


async def lock(connection: Connection, viewer: Viewer, scope: list[str] | None, loss_id: UUID) -> Standing | None:
    """Hold a loss until the transaction ends; None if there is none that the viewer may see."""
    row = await connection.fetchrow(SQL["lock_loss"], loss_id, scope, viewer.email)
    return None if row is None else msgspec.convert(dict(row), Standing)


async def lock_concerned(
    connection: Connection, references: Collection[str], devices: Collection[UUID], while_open: Collection[UUID]
) -> list[Standing]:
    """Hold losses with these references, of these devices, and the open ones of those. For services."""
    rows = await connection.fetch(SQL["lock_losses"], list(references), list(devices), list(while_open))
    return [msgspec.convert(dict(row), Standing) for row in rows]


async def save(connection: Connection, losses: Sequence[Standing]) -> None:
    """Write losses that are held as they now stand."""
    if losses:
        rows = [msgspec.structs.astuple(loss) for loss in losses]
        await connection.execute(SQL["save"], *(list(column) for column in zip(*rows, strict=True)))


async def remember(connection: Connection, moments: Sequence[Moment]) -> None:
    """Append to timelines."""
    if moments:
        await connection.execute(SQL["remember"], *(list(column) for column in zip(*moments, strict=True)))


async def keep_merged(connection: Connection, merged: Mapping[UUID, UUID]) -> None:
    """Remember which records proved to be another device's, and move losses there.

    Where both have an open loss, both stay: whoever follows them ends one. Raises TryAgain.
    """
    await connection.execute(SQL["keep_merged"], list(merged), list(merged.values()))
    try:
        await connection.fetch(SQL["follow_merged"])
    except asyncpg.UniqueViolationError:
        raise TryAgain("the device was reported at the moment when another's loss moved to it") from None


async def carried_on(connection: Connection, devices: Collection[UUID]) -> dict[UUID, UUID]:
    """The device that an id stands for now, for those of these that stand for another."""
    rows = await connection.fetch(SQL["carried_on"], list(devices))
    return {row["device_id"]: row["into_id"] for row in rows}
