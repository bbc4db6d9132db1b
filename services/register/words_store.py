"""Words of losses and custody as they are kept, read and written in sets inside the batch's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import asyncpg

from services.database.pool import Connection
from services.database.statements import load_statements
from services.register.rules.words import Told

SQL = load_statements(__file__, "words_store.sql")


async def names_meant(connection: Connection, words: Sequence[Told]) -> dict[tuple[UUID, str | None], str]:
    """A name of the device that each word means, by the id and the serial name it was told of."""
    if not words:
        return {}
    meant = sorted({(each.told_of, each.serial_name) for each in words}, key=str)
    rows = await connection.fetch(SQL["devices_meant"], *_columns(meant, 2))
    return {(row["told_of"], row["serial_name"]): row["name"] for row in rows}


async def hold_waiting(connection: Connection) -> None:
    """Wait until nobody else makes devices, and let nobody until the transaction ends."""
    await connection.execute(SQL["hold_waiting"])


async def any_waiting(connection: Connection) -> bool:
    """True if some word came before its device was known. Until the transaction ends nobody keeps one unseen."""
    await connection.execute(SQL["share_waiting"])
    return bool(await connection.fetchval(SQL["any_waiting"]))


async def waiting(connection: Connection, device_ids: Collection[UUID], serials: Collection[str]) -> list[Told]:
    """Words that came before these devices, or these serials, were known."""
    return _told(await connection.fetch(SQL["waiting"], list(device_ids), list(serials)))


async def words_on(connection: Connection, device_ids: Collection[UUID]) -> list[Told]:
    """All words on these devices."""
    return _told(await connection.fetch(SQL["words_on"], list(device_ids)))


async def keep_words(connection: Connection, words: Iterable[Told]) -> None:
    """Keep each word once, with its device as far as it is known."""
    rows = sorted({(each.record_id, each.revision): each for each in words}.values())
    if rows:
        await connection.execute(SQL["keep_words"], *_columns(rows, len(Told._fields)))


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[place] for row in rows] for place in range(width)]


def _told(rows: list[asyncpg.Record]) -> list[Told]:
    return [Told(*row) for row in rows]
