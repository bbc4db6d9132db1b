"""Writing tickets, inside the transaction of the batch or of the sender's outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from services.database.pool import Connection, Pool
from services.database.statements import load_statements
from services.desk.rules import ENDED, OPENED, Standing, Wanted

SQL = load_statements(__file__, "store.sql")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A request's row, held until the transaction ends."""

    request_id: UUID
    reference: str
    wanted: Wanted
    wanted_revision: int
    sent_revision: int
    standing: Standing


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A row that one sender holds for a while. `in_doubt`: an earlier attempt may have done what it was about."""

    claim: UUID
    request_id: UUID
    reference: str
    wanted: Wanted
    wanted_revision: int
    sent_revision: int
    record: str | None
    attempts: int
    in_doubt: bool


async def insert_missing(connection: Connection, wanted: Mapping[UUID, tuple[str, Wanted]]) -> None:
    """A row for each request that has none yet: reference and what it wants, by request."""
    if wanted:
        told = list(wanted.values())
        await connection.execute(
            SQL["insert_missing"],
            list(wanted),
            [reference for reference, _ in told],
            [msgspec.to_builtins(each) for _, each in told],
            [each.revision for _, each in told],
        )


async def lock_tickets(
    connection: Connection, requests: Iterable[UUID], references: Iterable[str], records: Iterable[tuple[str, str]]
) -> list[Held]:
    """Hold the rows of these requests, references, and (desk, record) pairs."""
    pairs = list(records)
    rows = await connection.fetch(
        SQL["lock_tickets"],
        list(requests),
        list(references),
        [desk for desk, _ in pairs],
        [record for _, record in pairs],
    )
    return [_held(dict(row)) for row in rows]


async def want(connection: Connection, wanted: Mapping[UUID, Wanted]) -> None:
    """Write what held rows want now."""
    if wanted:
        await connection.execute(
            SQL["want"],
            list(wanted),
            [msgspec.to_builtins(each) for each in wanted.values()],
            [each.revision for each in wanted.values()],
        )


async def hear(connection: Connection, standings: Mapping[UUID, Standing]) -> None:
    """Write how the tickets of held rows stand."""
    if standings:
        columns: Sequence[list[Any]] = [
            list(column) for column in zip(*(msgspec.structs.astuple(each) for each in standings.values()), strict=True)
        ]
        await connection.execute(SQL["hear"], list(standings), *columns, OPENED, list(ENDED))


def _held(values: dict[str, Any]) -> Held:
    standing = {name: values.pop(name) for name in Standing.__struct_fields__}
    return msgspec.convert(values | {"standing": standing}, Held)


class SenderStore:
    """The sender's side of the table. `lease` is how long a sender may take; `settles` comes on top for a new ticket.

    A ticket whose creation broke off is looked for only after `settles`: before that the desk may not show it yet.
    """

    def __init__(self, pool: Pool, desk: str, lease: timedelta, settles: timedelta) -> None:
        self._pool = pool
        self._desk = desk
        self._lease = lease
        self._settles = settles

    async def claim(self) -> Claimed | None:
        """A row that is due, marked as in doubt before anybody calls the desk."""
        claim = uuid4()
        row = await self._pool.fetchrow(SQL["claim"], claim, self._desk, self._lease, self._lease + self._settles)
        return None if row is None else msgspec.convert({**dict(row), "claim": claim}, Claimed)

    async def try_again(
        self, claimed: Claimed, pause: timedelta, error: str, *, in_doubt: bool, parked: bool = False
    ) -> None:
        """Later, and why. Nothing if another sender has taken the row over."""
        if in_doubt and claimed.record is None:
            pause = max(pause, self._settles)
        await self._pool.execute(
            SQL["try_again"], claimed.request_id, claimed.claim, in_doubt, error[:1000], parked, pause
        )

    async def unpark(self) -> None:
        """Try at once what was refused: whoever starts us may have changed the settings."""
        await self._pool.execute(SQL["unpark"], self._settles)

    async def measure(self) -> tuple[int, int, float]:
        """How many tickets are parked, how many wait to be sent, and how many seconds the oldest has waited."""
        row = await self._pool.fetchrow(SQL["measure"])
        assert row is not None, "an aggregate has a row"
        return row["parked"], row["waiting"], row["oldest_seconds"]


async def lock_claimed(connection: Connection, claimed: Claimed) -> Held | None:
    """Hold the row; None if another sender has taken it over."""
    row = await connection.fetchrow(SQL["lock_claimed"], claimed.request_id, claimed.claim)
    return None if row is None else _held(dict(row))


async def in_step(connection: Connection, request_id: UUID, sent_revision: int, settled_revision: int) -> None:
    """The row has been sent up to `sent_revision`; anything wanted beyond `settled_revision` is due at once."""
    await connection.execute(SQL["in_step"], request_id, sent_revision, settled_revision)
