"""Watch's own tables, read and written in sets inside the transaction of the batch or the sweep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from schemas.events.alert import Alert
from schemas.events.budget import Balance
from schemas.events.intake import SourceMeasured
from schemas.events.refresh import Ageing
from schemas.events.register import DeviceFailure, IdentityConflict
from services.database.pool import Connection
from services.database.statements import load_statements
from services.watch.conditions.budget_crossing import LineStanding
from services.watch.conditions.failing_model import WindowCount
from services.watch.conditions.identity_conflict import OpenConflicts
from services.watch.conditions.past_policy_life import UnitAgeing
from services.watch.conditions.source_silent import SourceHealth

SQL = load_statements(__file__, "store.sql")
_COLUMNS = (
    "key",
    "episode",
    "revision",
    "condition",
    "severity",
    "audience",
    "unit",
    "headline",
    "detail",
    "measured",
    "threshold",
    "raised_at",
    "cleared_at",
    "owner",
    "above",
    "in_channel",
    "about",
    "acknowledged_by",
    "acknowledged_at",
    "snoozed_by",
    "snoozed_until",
    "snoozed_severity",
    "wakes",
    "assigned_to",
    "assigned_by",
    "assigned_at",
)
"""In the order of the statement keep_alerts."""

Pairs = Collection[tuple[str, str]]


async def one_evaluation_at_a_time(connection: Connection) -> None:
    """Wait until no other transaction judges: what it has told is then seen by ours, and told once."""
    await connection.execute(SQL["one_evaluation_at_a_time"])


async def try_evaluation(connection: Connection) -> bool:
    """The same without waiting: False if another transaction judges just now."""
    return bool(await connection.fetchval(SQL["try_evaluation"]))


async def keep_balances(connection: Connection, balances: Sequence[Balance]) -> set[tuple[str, str]]:
    """Keep the newest sums of each line; answers the lines (financial year, line) that were told of."""
    newest: dict[tuple[str, str], Balance] = {}
    for balance in sorted(balances, key=lambda each: each.sequence):
        newest[balance.financial_year, balance.line.value] = balance
    rows = [
        (year, line, b.sequence, b.approved_pence, b.committed_pence, b.invoiced_pence)
        for (year, line), b in sorted(newest.items())
    ]
    await connection.execute(SQL["keep_balances"], *_columns(rows, 6))
    return set(newest)


async def keep_ageing(connection: Connection, measured: Sequence[Ageing]) -> set[tuple[str, str]]:
    """Keep the newest measure of each unit and kind; answers the (unit, kind) that were told of."""
    newest: dict[tuple[str, str], Ageing] = {}
    for ageing in sorted(measured, key=lambda each: each.sequence):
        newest[ageing.unit, ageing.kind.value] = ageing
    rows = [
        (unit, kind, a.sequence, a.measured_on, a.deployed, a.past_policy_life)
        for (unit, kind), a in sorted(newest.items())
    ]
    await connection.execute(SQL["keep_ageing"], *_columns(rows, 6))
    return set(newest)


async def keep_failures(connection: Connection, failures: Sequence[DeviceFailure]) -> set[str]:
    """Keep failures by ticket; answers the models whose counts may have changed."""
    rows = [(told.ticket, told.model, told.failed_at, told.withdrawn, told.revision) for told in failures]
    return {row["model"] for row in await connection.fetch(SQL["keep_failures"], *_columns(rows, 5))}


async def keep_conflicts(connection: Connection, conflicts: Sequence[IdentityConflict]) -> bool:
    """Keep the newest word on each conflict; True if there was any word."""
    newest = {each.conflict: each for each in sorted(conflicts, key=lambda each: each.revision)}
    rows = [(name, each.revision, each.ruling is None, each.found_at) for name, each in sorted(newest.items())]
    if rows:
        await connection.execute(SQL["keep_conflicts"], *_columns(rows, 4))
    return bool(rows)


async def open_conflicts(connection: Connection) -> OpenConflicts:
    """How many conflicts are open, and the oldest."""
    row = await connection.fetchrow(SQL["open_conflicts"])
    assert row is not None, "an aggregate answers a row"
    return OpenConflicts(**dict(row))


async def keep_sources(connection: Connection, measured: Sequence[SourceMeasured]) -> set[str]:
    """Keep how sources stand by their newest measurement; answers the sources that were told of."""
    newest = {event.data.source: event for event in sorted(measured, key=lambda each: each.data.sequence)}
    rows = [
        (
            source,
            event.data.sequence,
            event.time,
            event.data.configured_at,
            event.data.last_heard_at,
            event.data.silent_after_seconds,
            event.data.open_dead_letters,
            event.data.oldest_dead_letter_at,
        )
        for source, event in sorted(newest.items())
    ]
    await connection.execute(SQL["keep_sources"], *_columns(rows, 8))
    return set(newest)


async def source_healths(connection: Connection, sources: Collection[str] | None) -> list[SourceHealth]:
    """How these sources stand, or all."""
    rows = await connection.fetch(SQL["source_healths"], None if sources is None else sorted(sources))
    return [SourceHealth(**dict(row)) for row in rows]


async def balances(connection: Connection, lines: Pairs | None) -> list[LineStanding]:
    """The sums of these lines, or of all."""
    rows = await connection.fetch(SQL["balances"], *_pairs(lines))
    return [LineStanding(**dict(row)) for row in rows]


async def ageing(connection: Connection, units: Pairs | None) -> list[UnitAgeing]:
    """The measures of these (unit, kind), or of all."""
    return [UnitAgeing(**dict(row)) for row in await connection.fetch(SQL["ageing"], *_pairs(units))]


async def failure_windows(
    connection: Connection, now: datetime, days: Sequence[int], models: Collection[str] | None
) -> dict[str, list[WindowCount]]:
    """Counts of these models, or of all that failed lately, in windows of so many days."""
    wanted = None if models is None else sorted(models)
    counts: dict[str, list[WindowCount]] = {}
    for row in await connection.fetch(SQL["failure_windows"], now, list(days), wanted):
        count = WindowCount(days=row["days"], recent=row["recent"], before=row["before"])
        counts.setdefault(row["model"], []).append(count)
    return counts


async def known_since(connection: Connection) -> datetime | None:
    """When the first failure happened that we know of, of any model."""
    moment: datetime | None = await connection.fetchval(SQL["known_since"])
    return moment


async def open_keys(connection: Connection, condition: str) -> list[str]:
    """Keys of a condition's open alerts."""
    return [row["key"] for row in await connection.fetch(SQL["open_keys"], condition)]


async def last_lives(connection: Connection, keys: Collection[str]) -> dict[str, Alert]:
    """The latest life of each key that ever had one."""
    rows = await connection.fetch(SQL["last_lives"], sorted(keys))
    return {row["key"]: msgspec.convert(dict(row), Alert) for row in rows}


async def lock_open_lives(connection: Connection, keys: Collection[str]) -> dict[str, Alert]:
    """The open life of each key that has one, as it is now: nobody does anything about it until we have ended."""
    rows = await connection.fetch(SQL["lock_open_lives"], sorted(keys))
    return {row["key"]: msgspec.convert(dict(row), Alert) for row in rows}


async def lock_overslept(connection: Connection, now: datetime) -> list[Alert]:
    """Open alerts whose snooze has lasted until `now`, held likewise."""
    return [msgspec.convert(dict(row), Alert) for row in await connection.fetch(SQL["lock_overslept"], now)]


async def keep_alerts(connection: Connection, alerts: Sequence[Alert]) -> None:
    """Write alerts as they are from now on."""
    if alerts:
        flat = [msgspec.structs.asdict(alert) | {"about": " ".join(alert.about)} for alert in alerts]
        rows = [tuple(alert[column] for column in _COLUMNS) for alert in flat]
        await connection.execute(SQL["keep_alerts"], *_columns(rows, len(_COLUMNS)))


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[place] for row in rows] for place in range(width)]


def _pairs(pairs: Pairs | None) -> tuple[list[str] | None, list[str] | None]:
    if pairs is None:
        return None, None
    ordered = sorted(pairs)
    return [first for first, _ in ordered], [second for _, second in ordered]
