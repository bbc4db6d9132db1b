"""Who was on a list: for vendors that tell who is there and, once their memory is lost, not who has gone.

A whole reading calls the roll. Whoever was enrolled before and is not met by its end has gone in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.database.pool import Connection
from services.database.statements import load_statements
from services.intake.translation import Record

ABSENT_AT_ONCE = 2_000

_SQL = load_statements(__file__, "rolls.sql")


class Roll(NamedTuple):
    """What a page says of who is there. `reading` names the whole reading that the page belongs to, or follows.

    `ended` says that with this page everyone was met; `absence` writes down, as a record, that somebody was not.
    """

    reading: str
    present: Sequence[str]
    gone: Sequence[str]
    ended: bool
    absence: Callable[[str], Record]


async def enrol(connection: Connection, feed: str, roll: Roll) -> None:
    """Note who is there; in the transaction of the page."""
    if roll.present:
        await connection.execute(_SQL["enrol"], feed, sorted(set(roll.present)), roll.reading)
    if roll.gone:
        await connection.execute(_SQL["strike"], feed, list(roll.gone))


async def strike_absent(connection: Connection, feed: str, roll: Roll) -> list[Record]:
    """Some of those who were not met in the reading that has ended, off the roll with it; none when all are told."""
    rows = await connection.fetch(_SQL["strike_absent"], feed, roll.reading, ABSENT_AT_ONCE)
    return [roll.absence(row["key"]) for row in rows]
