"""What others may read of the refresh queue. Every read takes the viewer, and SQL applies their units.

Nothing here is for staff without a unit to look after: they see their devices in the register.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import msgspec

from schemas.vocabulary import BauCause, Demand, FundingLine, Kind
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.database.statements import load_statements
from services.refresh import store
from services.refresh.demand_queries import DemandView as DemandView
from services.refresh.demand_queries import demand_id_of as demand_id_of
from services.refresh.demand_queries import planned_demands as planned_demands
from services.refresh.fold import device_standing
from services.refresh.placed import placement_of
from services.refresh.policy import PolicyInForce
from services.refresh.records import Standing
from services.refresh.rules import add_months, assess, explain, not_due_because

SQL = load_statements(__file__, "queries.sql")
FIRST_LINES = 10


class QueueLine(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the queue: 1 is next, counted over all units. `score` is the sum of `score_parts`, at most 1000.

    `waiting_for` says why no order could be placed. `device_id` is None for a request that names no device.
    """

    place: int
    device_id: UUID | None
    serial: str | None
    kind: Kind
    model: str | None
    unit: str | None
    rule: str
    reason: str
    policy_version: str
    score: int
    score_parts: dict[str, int]
    due_on: date
    demand: Demand
    status: Literal["queued", "planned", "ordered"]
    request_reference: str | None
    waiting_for: str | None
    cause: BauCause | None = None
    """Of business-as-usual demand, what it comes from."""
    line: FundingLine | None = None
    wave: str | None = None
    """The released wave that holds it, or the proposed one that it is in."""
    planned_for: date | None = None
    """First day of the quarter in whose wave it is, or is foreseen to be; None where no plan reaches it."""


class QueueCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries are alike in this. `cause` is None for refresh; `month` is the first day of the month due."""

    kind: Kind
    cause: BauCause | None
    month: date
    planned_for: date | None
    status: Literal["queued", "planned", "ordered"]
    entries: int


class DueMonth(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices of a kind fall due in a month. `month` is its first day."""

    month: date
    kind: Kind
    devices: int


class DueView(msgspec.Struct, frozen=True, kw_only=True):
    """What is overdue, what falls due from today on, and who comes first. An ordered successor still counts here."""

    overdue: int
    overdue_by_kind: dict[Kind, int]
    by_month: list[DueMonth]
    first: list[QueueLine]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a device stands where it stands. Without a place `not_due_because` says why; parts and score are 0 then."""

    device_id: UUID
    serial: str | None
    kind: Kind | None
    model: str | None
    unit: str | None
    in_queue: bool
    place: int | None
    rule: str | None
    reason: str
    policy_version: str
    score: int
    score_parts: dict[str, int]
    part_words: dict[str, str]
    due_on: date | None
    failures: list[date]
    not_due_because: str | None
    status: Literal["queued", "planned", "ordered"] | None = None
    request_reference: str | None = None
    wave: str | None = None
    planned_for: date | None = None
    changes_on: date | None = None
    """The next day on which time alone may change the judgement."""


async def due(
    connection: Connection, viewer: Viewer, today: date, months: int = 12, kind: Kind | None = None
) -> DueView:
    """What is due in the viewer's units until `months` calendar months from today, of one kind or of all."""
    until = add_months(today, months)
    rows = await connection.fetch(SQL["due_by_month"], viewer.unit_scope, today, until, kind)
    return DueView(
        overdue=sum(row["devices"] for row in rows if row["month"] is None),
        overdue_by_kind={Kind(row["kind"]): row["devices"] for row in rows if row["month"] is None},
        by_month=[msgspec.convert(dict(row), DueMonth) for row in rows if row["month"] is not None],
        first=await _lines(connection, viewer, FIRST_LINES, until, kind),
    )


async def queue(
    connection: Connection,
    viewer: Viewer,
    today: date,
    limit: int | None = 20,
    *,
    kind: Kind | None = None,
    after: int = 0,
) -> list[QueueLine]:
    """Lines of the queue in the viewer's units, past place `after`, all of them if `limit` is None.

    `today` is for readers to compare `due_on` with.
    """
    return await _lines(connection, viewer, limit, None, kind, after)


async def queue_counts(connection: Connection, viewer: Viewer, kind: Kind | None = None) -> list[QueueCount]:
    """The whole queue in the viewer's units, counted."""
    rows = await connection.fetch(SQL["queue_counts"], viewer.unit_scope, kind)
    return [msgspec.convert(dict(row), QueueCount) for row in rows]


async def _lines(
    connection: Connection,
    viewer: Viewer,
    limit: int | None,
    until: date | None,
    kind: Kind | None = None,
    after: int = 0,
) -> list[QueueLine]:
    rows = await connection.fetch(SQL["queue"], viewer.unit_scope, limit, until, kind, after)
    return [msgspec.convert(dict(row), QueueLine) for row in rows]


async def why(connection: Connection, viewer: Viewer, serial: str, today: date) -> Explanation | None:
    """Why the device with this serial stands where it stands, or why it does not; None if the viewer may see none.

    The words come from the policy in force and the facts, by the rules that decided.
    """
    device_id = await connection.fetchval(SQL["device_by_serial"], viewer.unit_scope, serial.strip())
    in_force = await connection.fetchrow(store.SQL["policy_in_force"])
    if device_id is None or in_force is None:
        return None
    known = await store.load(connection, [device_id], [])
    facts, entry = known.standings[device_id], known.entries.get(device_id)
    policy, day = _decoded(in_force["content"]), _day_of_judgement(facts, today)
    failures = known.failures.get(device_id, ())
    placement = placement_of(device_id, known)
    seen = device_standing(device_id, facts, failures, known.requests.get(device_id), placement)
    common: dict[str, Any] = {
        "device_id": facts.device_id,
        "serial": facts.serial,
        "kind": facts.kind,
        "model": facts.model,
        "unit": facts.unit,
        "failures": list(failures),
        "changes_on": facts.changes_on,
    }
    if entry is None:
        judged = assess(seen, policy, day)
        return Explanation(
            **common,
            in_queue=False,
            place=None,
            rule=judged.rule,
            reason=judged.reason,
            policy_version=policy.policy.version,
            score=0,
            score_parts={},
            part_words={},
            due_on=judged.due_on,
            not_due_because=not_due_because(seen, policy, day),
        )
    planned = await connection.fetchrow(SQL["planned"], device_id)
    return Explanation(
        **common,
        in_queue=True,
        place=await connection.fetchval(SQL["place"], device_id),
        rule=entry.rule,
        reason=entry.reason,
        policy_version=entry.policy_version,
        score=entry.score,
        score_parts=entry.score_parts,
        part_words=explain(seen, policy, day),
        due_on=entry.due_on,
        not_due_because=None,
        status=entry.status,
        request_reference=entry.request_reference,
        wave=planned["wave"] if planned else None,
        planned_for=planned["planned_for"] if planned else None,
    )


class StockStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What waves and policy say of devices in stock."""

    set_aside: frozenset[UUID]
    """Those that released waves hold."""
    bought_since: date | None
    """Older ones are not handed out; None where no policy is in force."""


async def hold_stock(connection: Connection, today: date) -> StockStanding:
    """What may be picked; the lock of placing is held until the transaction ends, so that no wave takes it meanwhile.

    For services that set a device from stock aside.
    """
    await connection.execute(SQL["lock_placing"])
    rows = await connection.fetch(SQL["stock_set_aside"])
    in_force = await connection.fetchrow(store.SQL["policy_in_force"])
    since = None
    if in_force is not None:
        since = add_months(today, -_decoded(in_force["content"]).policy.planning.stock_oldest_months)
    return StockStanding(set_aside=frozenset(row["stock_device_id"] for row in rows), bought_since=since)


@lru_cache(maxsize=4)
def _decoded(stored: str) -> PolicyInForce:
    return PolicyInForce.decode(stored)


def _day_of_judgement(facts: Standing, today: date) -> date:
    """Today, or the last day for which the stored judgement holds while the day's sweep is still to come."""
    if facts.changes_on is None or today < facts.changes_on:
        return today
    return facts.changes_on - timedelta(days=1)
