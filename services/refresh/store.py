"""Reading and writing the queue's tables, by sets. Every function takes the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.events.refresh import Ageing
from services.database.pool import Connection
from services.database.statements import load_statements
from services.refresh.changes import Changes
from services.refresh.records import DemandPlace, Entry, FailureTold, Known, Placement, Request, Standing

SQL = load_statements(__file__, "store.sql")


async def take_turn(connection: Connection) -> None:
    """Wait to be the only writer until the transaction ends.

    Nearly every batch moves the same few ageing counters, so writers would wait for each other anyway; one at a time
    they also read what is final, and cannot deadlock.
    """
    await connection.execute(SQL["take_turn"])


async def record_failures(connection: Connection, told: Mapping[tuple[UUID, str], FailureTold]) -> None:
    """Remember tickets; what is told of one is joined to what was told before."""
    if told:
        await connection.execute(
            SQL["record_failures"],
            [device_id for device_id, _ in told],
            [ticket for _, ticket in told],
            [each.failed_on for each in told.values()],
            [each.withdrawn for each in told.values()],
            [each.told_at for each in told.values()],
            [each.revision for each in told.values()],
        )


async def record_requests(
    connection: Connection, requests: Collection[Request], refused_at: Mapping[UUID, datetime]
) -> list[tuple[UUID, UUID | None]]:
    """Remember what was heard of requests; returns their ids and, once known, the devices they name."""
    if not requests:
        return []
    rows = await connection.fetch(
        SQL["record_requests"],
        [each.request_id for each in requests],
        [each.reference for each in requests],
        [each.device_id for each in requests],
        [each.serial for each in requests],
        [each.unit for each in requests],
        [each.kind for each in requests],
        [each.reason for each in requests],
        [each.approved_on for each in requests],
        [each.order_id for each in requests],
        [refused_at.get(each.request_id) for each in requests],
        [each.waiting_for for each in requests],
        [each.accessibility_needs for each in requests],
        [each.from_stock for each in requests],
        [each.ended for each in requests],
        [each.closed_on for each in requests],
    )
    return [(row["request_id"], row["device_id"]) for row in rows]


async def load(
    connection: Connection, devices: Sequence[UUID], requests: Sequence[UUID], demands: Sequence[UUID] = ()
) -> Known:
    """All that is stored about these devices, requests and entries of planned demand, one read a table."""
    failures: dict[UUID, tuple[date, ...]] = {}
    for device_id, failed_on in await connection.fetch(SQL["failures_of"], devices):
        failures[device_id] = (*failures.get(device_id, ()), failed_on)
    placements = _rows(await connection.fetch(SQL["placements"], [*devices, *demands]), Placement)
    standings = _rows(await connection.fetch(SQL["standings"], devices), Standing)
    entries = _rows(await connection.fetch(SQL["entries"], [*devices, *requests, *demands]), Entry)
    by_device = _rows(await connection.fetch(SQL["requests_of"], devices), Request)
    loose = _rows(await connection.fetch(SQL["requests_by_id"], requests), Request) if requests else []
    foreseen = _rows(await connection.fetch(SQL["demand_places"], demands), DemandPlace) if demands else []
    return Known(
        standings={each.device_id: each for each in standings},
        failures=failures,
        requests={each.device_id: each for each in by_device if each.device_id is not None},
        loose_requests={each.request_id: each for each in loose},
        entries={each.entry_id: each for each in entries},
        placements={each.entry_id: each for each in placements},
        demands={each.entry_id: each for each in foreseen},
    )


def _rows(rows: Sequence[Any], kind: type[msgspec.Struct]) -> list[Any]:
    return msgspec.convert([tuple(row) for row in rows], list[kind])  # type: ignore[valid-type]  # a type made at run time


async def write(connection: Connection, changes: Changes, today: date, now: datetime) -> list[Ageing]:
    """Write what changed; returns the ageing counts that moved."""
    if changes.standings:
        await connection.execute(SQL["write_standings"], *_columns(changes.standings, Standing))
    if changes.left:
        await connection.execute(SQL["remove_entries"], [left.entry.entry_id for left in changes.left])
    if changes.entries:
        await connection.execute(SQL["write_entries"], *_columns(changes.entries, Entry), now)
    moved = sorted((where, counts) for where, counts in changes.ageing.items() if counts != (0, 0))
    if not moved:
        return []
    rows = await connection.fetch(
        SQL["count_ageing"],
        [unit for (unit, _), _ in moved],
        [kind for (_, kind), _ in moved],
        [deployed for _, (deployed, _) in moved],
        [past for _, (_, past) in moved],
        today,
    )
    return [msgspec.convert(dict(row), Ageing) for row in rows]


def _columns(rows: Sequence[msgspec.Struct], kind: type[msgspec.Struct]) -> list[list[Any]]:
    return [[getattr(row, name) for row in rows] for name in kind.__struct_fields__]
