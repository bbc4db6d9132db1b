"""Writing commands, inside the transaction of the batch or of the sender's outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec

from schemas.events.mdm import Command
from services.database.pool import Connection, Pool
from services.database.statements import load_statements
from services.mdm.rules.looking import Action

SQL = load_statements(__file__, "store.sql")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A command's row, held until the transaction ends. `touched`: an attempt was begun."""

    command_id: UUID
    device_id: UUID | None
    action: Action | None
    reference: str | None
    serial: str | None
    wanted_at: datetime | None
    state: str
    touched: bool

    @property
    def is_whole(self) -> bool:
        """False while only its recall was heard."""
        return self.device_id is not None


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A row that one sender holds for a while. `doubtful`: an earlier attempt may have gone through."""

    claim: UUID
    command_id: UUID
    device_id: UUID
    action: Action
    reference: str
    serial: str | None
    state: str
    mdm: str | None
    mdm_device: str | None
    before: str | None
    doubtful: bool
    attempts: int


async def hold(connection: Connection, command_ids: Iterable[UUID]) -> list[Held]:
    """Hold the rows of these commands; those not heard of before are made, and are new."""
    wanted = list(command_ids)
    await connection.execute(SQL["insert_missing"], wanted)
    return [msgspec.convert(dict(row), Held) for row in await connection.fetch(SQL["lock_commands"], wanted)]


async def want(connection: Connection, rows: Mapping[UUID, tuple[Command | None, Held, str]]) -> None:
    """Write held rows: what is known of each command, and the state it is in now."""
    if rows:
        told = [(command or held, state) for command, held, state in rows.values()]
        await connection.execute(
            SQL["want"],
            list(rows),
            [each.device_id for each, _ in told],
            [each.action for each, _ in told],
            [each.reference for each, _ in told],
            [each.serial for each, _ in told],
            [each.wanted_at for each, _ in told],
            [state for _, state in told],
        )


class SenderStore:
    """The sender's side of the table. `lease` is how long a sender may take."""

    def __init__(self, pool: Pool, lease: timedelta) -> None:
        self._pool = pool
        self._lease = lease

    async def claim(self) -> Claimed | None:
        """A row that is due, out of reach of others before anybody asks device management."""
        claim = uuid4()
        try:
            row = await self._pool.fetchrow(SQL["claim"], claim, self._lease)
        except asyncpg.UniqueViolationError:
            return None  # another sender has just begun on another command for this device
        return None if row is None else msgspec.convert({**dict(row), "claim": claim}, Claimed)

    async def mark_in_doubt(self, claimed: Claimed, mdm: str, device: str, before: str | None) -> bool:
        """Write down what was seen, and that from here on it may have been sent; false if it must not be any more."""
        done = await self._pool.execute(SQL["mark_in_doubt"], claimed.command_id, claimed.claim, mdm, device, before)
        return bool(done == "UPDATE 1")

    async def try_again(
        self, claimed: Claimed, pause: timedelta, error: str, *, doubtful: bool, parked: bool = False
    ) -> None:
        """Later, and why. Nothing if another sender has taken the row over."""
        await self._pool.execute(
            SQL["try_again"], claimed.command_id, claimed.claim, doubtful, error[:1000], parked, pause
        )

    async def unpark(self, settles: timedelta) -> None:
        """Try at once what waits for somebody to change something: whoever starts us may have."""
        await self._pool.execute(SQL["unpark"], settles)

    async def measure(self) -> tuple[int, int, float]:
        """How many commands are parked, how many wait, and how many seconds the oldest has waited."""
        row = await self._pool.fetchrow(SQL["measure"])
        assert row is not None, "an aggregate has a row"
        return row["parked"], row["waiting"], row["oldest_seconds"]


async def lock_claimed(connection: Connection, claimed: Claimed) -> Held | None:
    """Hold the row; None if another sender has taken it over."""
    row = await connection.fetchrow(SQL["lock_claimed"], claimed.command_id, claimed.claim)
    return None if row is None else msgspec.convert(dict(row), Held)


async def settle(connection: Connection, command_id: UUID, state: str, explanation: str, mdm: str | None) -> None:
    """A held row has come to its end."""
    await connection.execute(SQL["settle"], command_id, state, explanation, mdm)
