"""What becomes of places in waves when the budget answers and when devices on the shelf move. In sets.

Every function takes the caller's transaction, in which it has its turn (`store.take_turn`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "placements.sql")


class Answer(NamedTuple):
    """What the budget said to one release of a wave. Of two words on one release, which never come, yes goes first."""

    wave_id: UUID
    attempt: int
    committed: bool
    explanation: str


class Touched(NamedTuple):
    """An entry whose place changed, and the id of what changed it: a wave, or a device on the shelf."""

    entry_id: UUID
    device_id: UUID | None
    touched_by: UUID


async def answer(connection: Connection, answers: Collection[Answer]) -> list[Touched]:
    """Take in what the budget said: entries of committed waves are ordered, those of refused ones are free again."""
    if not answers:
        return []
    wave_ids, attempts, committed, explanations = (list(column) for column in zip(*answers, strict=True))
    decided = await connection.fetch(SQL["answer_waves"], wave_ids, attempts, committed, explanations)
    ordered = [row["wave_id"] for row in decided if row["committed"]]
    freed = [row["wave_id"] for row in decided if not row["committed"]]
    rows = await connection.fetch(SQL["order_placements"], ordered) if ordered else []
    rows += await connection.fetch(SQL["free_placements"], freed) if freed else []
    return [Touched(*row) for row in rows]


class Move(NamedTuple):
    """A device was told in a state that is not on the shelf: handed out, or gone otherwise."""

    device_id: UUID
    revision: int
    handed: bool


async def shelf_moved(connection: Connection, moves: Collection[Move]) -> list[Touched]:
    """Take in what was told of devices; entries for which one of them had been set aside."""
    if not moves:
        return []
    rows = await connection.fetch(SQL["shelf_moved"], *(list(column) for column in zip(*moves, strict=True)))
    return [Touched(*row) for row in rows]


async def merged(connection: Connection, into: Mapping[UUID, UUID]) -> None:
    """Records proved to be one device: a place in a wave goes with it, so that it gets no second successor."""
    if into:
        await connection.execute(SQL["move_placements"], list(into), [_last(each, into) for each in into])


def _last(gone: UUID, into: Mapping[UUID, UUID]) -> UUID:
    """The record at the end of a chain that is told at once."""
    seen = {gone}
    while (following := into.get(gone)) is not None and following not in seen:
        seen.add(following)
        gone = following
    return gone


async def let_go(connection: Connection) -> None:
    """Forget places that hold nothing any more. Left to the daily sweep, so that within a day no order shows."""
    await connection.execute(SQL["let_go"])
