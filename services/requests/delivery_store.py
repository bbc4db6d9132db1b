"""Writing what becomes of a request after it was decided, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import RuleBroken
from services.requests.rules.machine import AWAITED, UNDECIDED
from services.requests.rules.verdicts import GONE

SQL = load_statements(__file__, "delivering.sql")


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What a step brings beside the state; the fields stand in the order of the statement. None leaves what is there.

    When the old device came back, when the new one left the shelf, and which device was seen first, is told once and
    then stays.
    """

    successor_device_id: UUID | None = None
    successor_serial: str | None = None
    from_stock: bool | None = None
    carrier: str | None = None
    tracking: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    received_at: datetime | None = None
    checked_at: datetime | None = None
    checked_by: str | None = None
    old_back_at: datetime | None = None
    return_due_on: date | None = None
    enrolled_device_id: UUID | None = None
    enrolled_serial: str | None = None
    enrolled_at: datetime | None = None
    handed_out_at: datetime | None = None
    otherwise_device_id: UUID | None = None
    otherwise_serial: str | None = None
    otherwise_at: datetime | None = None


class Chased(NamedTuple):
    """What the clock did about a request: when it comes again, whether somebody was told, and who decides from now."""

    request_id: UUID
    again: datetime
    told: int
    approver: str | None


async def hold_placing(connection: Connection) -> None:
    """Let no wave take from the shelf until the transaction ends. Before anything else is held."""
    await connection.execute(SQL["hold_placing"])


async def bring(connection: Connection, request_id: UUID, brought: Brought) -> None:
    """Write what a step brings to a request that is held."""
    await connection.execute(SQL["bring"], request_id, *msgspec.structs.astuple(brought))


async def set_aside_for(connection: Connection, device_id: UUID, except_for: UUID) -> str | None:
    """The reference of another request that a device is set aside for."""
    reference: str | None = await connection.fetchval(SQL["set_aside_for_others"], device_id, except_for)
    return reference


async def concerned(connection: Connection, devices: Sequence[UUID], holders: Sequence[str]) -> set[UUID]:
    """Requests that these devices, or who uses them, may concern."""
    rows = await connection.fetch(SQL["concerned"], devices, holders)
    return {row["request_id"] for row in rows}


async def replacing(connection: Connection, devices: Sequence[UUID]) -> set[UUID]:
    """Requests for a new device, not yet in its user's hands, in place of these that were lost or stolen."""
    rows = await connection.fetch(SQL["replacing"], devices, list(GONE), [*UNDECIDED, *AWAITED])
    return {row["request_id"] for row in rows}


async def waiting_for_wave_of(connection: Connection, devices: Sequence[UUID]) -> set[UUID]:
    """Requests that wait for the wave of these devices."""
    rows = await connection.fetch(SQL["waiting_for_wave_of"], devices)
    return {row["request_id"] for row in rows}


async def waiting_for_waves(connection: Connection) -> dict[UUID, UUID]:
    """All requests that wait for a wave, by the device that it replaces."""
    return {row["device_id"]: row["request_id"] for row in await connection.fetch(SQL["waiting_for_waves"])}


async def merged(connection: Connection, into: Mapping[UUID, UUID], held: Collection[UUID]) -> None:
    """Let requests that are held follow records that proved to be another's."""
    await connection.execute(SQL["merged"], list(into), list(into.values()), list(held))


async def waited_too_long(
    connection: Connection, now: datetime, decision: timedelta, person: timedelta, most: int
) -> list[UUID]:
    """Requests whose people were waited for long enough, held until the transaction ends; none that others hold."""
    rows = await connection.fetch(SQL["waited_too_long"], now, decision, person, most)
    return [row["request_id"] for row in rows]


async def chased(connection: Connection, now: datetime, done: Sequence[Chased]) -> None:
    """Write what the clock did."""
    if done:
        await connection.execute(SQL["chased"], now, *(list(column) for column in zip(*done, strict=True)))


async def forget_details(connection: Connection, now: datetime, after: timedelta, most: int) -> int:
    """Forget what requests say of somebody's health and home, so long `after` their end; of how many."""
    return len(await connection.fetch(SQL["forget_details"], now, after, most))


def taken_meanwhile() -> RuleBroken:
    """Two planners chose one device at once."""
    return RuleBroken("That device was set aside for another request a moment ago; choose another one.")
