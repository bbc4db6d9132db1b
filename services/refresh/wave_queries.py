"""What others may read of waves. Every read takes the viewer; sums by kind, prices and suppliers need the role.

So does the sum of one kind alone: with the number of devices beside it, it tells the price.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from schemas.events.wave import WaveOrder
from schemas.vocabulary import Demand, FundingLine, Kind, Role
from services.access.viewer import Viewer
from services.budget import queries as budget
from services.budget.queries import OrderGates
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "wave_queries.sql")


class WaveStatus(StrEnum):
    """Where a wave stands.

    proposed ──release──► released ──budget commits──► committed
       ▲  │                   └──budget refuses──► refused ──release──► released
       │  └──send back──► sent_back
    A new proposal for the quarter puts a proposed, refused or sent back one out of use: superseded.
    """

    PROPOSED = "proposed"
    RELEASED = "released"
    COMMITTED = "committed"
    REFUSED = "refused"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"


class WaveRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a wave does for one kind on one line. `kind` is what is bought. `gross_pence` is None without the role."""

    line: FundingLine
    kind: Kind
    asked: int
    """Entries that wait for one, this wave's included."""
    from_stock: int
    ordered: int
    later: int
    """Planned for later quarters of the year."""
    left_out: int
    """Not reached this year."""
    gross_pence: int | None


class UnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a wave does for one unit. None: entries without a unit."""

    unit: str | None
    asked: int
    served: int
    later: int
    left_out: int


class LeftOutRow(msgspec.Struct, frozen=True, kw_only=True):
    """So many entries of a kind that no quarter of the year reaches, and why.

    `Bind` in rules/waves/problem.py; or `changed`: they left or moved while the plan was made, and have no score.
    """

    kind: Kind
    why: str
    entries: int
    highest_score: int


class QuarterRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan foresees for a later quarter. `gross_pence` is all kinds together; None without the role."""

    starts_on: date
    entries: int
    gross_pence: int | None


class WaveView(msgspec.Struct, frozen=True, kw_only=True):
    """A wave as far as the viewer may see it. `orders` and `gross_pence` of rows are empty without the role.

    `gates` is what stands against release, in words without a price, for everybody who may see waves.
    """

    wave_id: UUID
    wave: str
    """W-12."""
    status: WaveStatus
    financial_year: str
    quarter: date
    policy_version: str
    entries: int
    from_stock: int
    ordered: int
    gross_pence: int | None
    """What release commits, all kinds together; None without the role where it orders one kind alone."""
    gap_percent: float
    """How far from the best possible plan, at most; 0.0 where it is proved the best."""
    method: str
    floors_met: bool
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    explanation: str
    """Why it was sent back or refused."""
    rows: Sequence[WaveRow]
    units: Sequence[UnitRow]
    left_out: Sequence[LeftOutRow]
    later: Sequence[QuarterRow]
    gates: Sequence[str]
    """What stands against release, a sentence each; empty if nothing does."""
    orders: Sequence[OrderGates]
    attempt: int = 0
    """How often it was released."""
    assumed_prices: bool = False
    """Whether its sums rest on a price that nobody published."""
    kinds: Sequence[Kind] = ()
    """What it was asked for; empty: all."""
    most_pence: int | None = None
    """What it might cost at most, VAT included, as it was asked for; None: what is left."""


class WaveEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a wave, for export. `stock_serial` is the device from the shelf that serves it."""

    place: int
    serial: str | None
    kind: Kind
    model: str | None
    unit: str | None
    line: FundingLine
    demand: Demand
    rule: str
    due_on: date
    score: int
    served_by: str
    """stock or order."""
    order_id: str | None
    stock_serial: str | None


SEES_WAVES = (Role.PLANNER, Role.DIRECTOR, Role.FINANCE, Role.AUDITOR)
UNDECIDED = (WaveStatus.PROPOSED, WaveStatus.REFUSED)


class WaveLine(msgspec.Struct, frozen=True, kw_only=True):
    """A wave in a list. `gross_pence` is all kinds together; None without the role where it orders one kind alone."""

    wave_id: UUID
    wave: str
    status: WaveStatus
    financial_year: str
    quarter: date
    entries: int
    from_stock: int
    ordered: int
    gross_pence: int | None
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    explanation: str


async def waves(connection: Connection, viewer: Viewer, limit: int = 20) -> list[WaveLine]:
    """The newest waves; none for those who may see none."""
    if not viewer.has(*SEES_WAVES):
        return []
    rows = await connection.fetch(SQL["waves"], limit, viewer.sees_prices)
    return [msgspec.convert(dict(row), WaveLine) for row in rows]


async def wave(connection: Connection, viewer: Viewer, reference: str | None, today: date) -> WaveView | None:
    """The wave of a W-number, or without one the newest that is not superseded; None if there is none to see."""
    if not viewer.has(*SEES_WAVES):
        return None
    wanted = reference.strip().upper() if reference else None
    return await _view(connection, viewer, await connection.fetchrow(SQL["wave"], None, wanted), today)


async def wave_by_id(connection: Connection, viewer: Viewer, wave_id: UUID, today: date) -> WaveView | None:
    """The wave with this id; None if there is none the viewer may see."""
    if not viewer.has(*SEES_WAVES):
        return None
    return await _view(connection, viewer, await connection.fetchrow(SQL["wave"], wave_id, None), today)


async def _view(connection: Connection, viewer: Viewer, row: Any, today: date) -> WaveView | None:
    if row is None:
        return None
    values = dict(row)
    assumed = values.pop("assumed")
    summary, orders = values.pop("summary"), msgspec.convert(values.pop("orders"), list[WaveOrder])
    kinds = msgspec.convert(values.pop("kinds") or [], list[Kind])
    gates: Sequence[OrderGates] = ()
    if values["status"] in UNDECIDED and orders:
        gates = await budget.gates(connection, orders, values["financial_year"], today, None)
    rows = msgspec.convert(summary["rows"], list[WaveRow])
    later = msgspec.convert(summary["later"], list[QuarterRow])
    if not viewer.sees_prices:
        rows = [msgspec.structs.replace(each, gross_pence=None) for each in rows]
        later = [msgspec.structs.replace(each, gross_pence=None) for each in later]
        if len({order.kind for order in orders}) == 1:
            values["gross_pence"] = None
    return WaveView(
        **msgspec.convert(values, dict[str, Any]) | {"status": WaveStatus(values["status"])},
        kinds=kinds,
        rows=rows,
        units=msgspec.convert(summary["units"], list[UnitRow]),
        left_out=msgspec.convert(summary["left_out"], list[LeftOutRow]),
        later=later,
        gates=list(dict.fromkeys(gate.explanation for each in gates for gate in each.gates if not gate.passed)),
        orders=gates if viewer.sees_prices else (),
        assumed_prices=any(order.kind in assumed for order in orders),
    )


async def wave_entries(connection: Connection, viewer: Viewer, wave_id: UUID) -> list[WaveEntry]:
    """Everything in a wave, in queue order, for export; limited to the viewer's units."""
    if not viewer.has(*SEES_WAVES):
        return []
    rows = await connection.fetch(SQL["wave_entries"], viewer.unit_scope, wave_id)
    return [msgspec.convert(dict(row), WaveEntry) for row in rows]


class InWave(msgspec.Struct, frozen=True, kw_only=True):
    """A device's successor in a released wave."""

    wave_id: UUID
    wave: str
    attempt: int
    """Which release of the wave gave the place."""
    order_id: str | None
    """None for one from stock."""
    ordered: bool
    """True once the wave is known to be committed: one from stock alone is at its release, and asks no budget."""
    quarter: date
    """First day of the quarter whose wave it is."""


async def placed(connection: Connection, device_ids: Collection[UUID]) -> dict[UUID, InWave]:
    """Of these devices those whose successor a released wave holds.

    For other services, which are to order no second one. Whoever decides on it holds the lock of placing.
    """
    if not device_ids:
        return {}
    rows = await connection.fetch(SQL["placed"], list(device_ids))
    return {row["device_id"]: InWave(**dict(list(row.items())[1:])) for row in rows}


async def awaiting_wave(connection: Connection, device_ids: Collection[UUID]) -> set[UUID]:
    """Of these devices those that the queue or a released wave holds: some wave is to replace them. For services."""
    if not device_ids:
        return set()
    return {row["device_id"] for row in await connection.fetch(SQL["awaiting_wave"], list(device_ids))}


async def set_aside_in(connection: Connection, device_id: UUID, replacing: UUID | None) -> str | None:
    """The wave in which a device on the shelf is set aside for another than `replacing`; None if it is free.

    For other services, which hold the lock of placing.
    """
    wave: str | None = await connection.fetchval(SQL["set_aside_in"], device_id, replacing)
    return wave
