"""What others may read of custody. Every read takes the viewer: planners, finance, directors and auditors see every
record, managers those of their units without where it went. What resale brought needs a commercial role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg
import msgspec

from schemas.vocabulary import Kind
from services.access.viewer import SEES_UNITS, Viewer
from services.custody.disposal import disposal_policy
from services.custody.naming import references_of
from services.custody.offers import acts_from, acts_of, certifiable, check_role
from services.custody.rules.calendar import quarter_starts
from services.custody.rules.disposal import Route
from services.custody.rules.machine import Cause, CustodyState
from services.custody.seeing import seen
from services.custody.views import (
    BatchView,
    ChainLine,
    CharityRoute,
    CustodyCount,
    CustodyView,
    Document,
    Issued,
    QuarterView,
)
from services.database.pool import Connection
from services.database.statements import load_statements

__all__ = [
    "BatchView",
    "Cause",
    "ChainLine",
    "CharityRoute",
    "CustodyCount",
    "CustodyState",
    "CustodyView",
    "Document",
    "Issued",
    "QuarterView",
    "Route",
    "acts_from",
    "acts_of",
    "batch",
    "certifiable",
    "charity_routes",
    "check_role",
    "counts",
    "custody",
    "document_content",
    "in_state",
    "issued",
    "quarters",
    "references_of",
]

SQL = load_statements(__file__, "queries.sql")


async def custody(connection: Connection, viewer: Viewer, term: str) -> CustodyView | None:
    """By C-number, serial, asset tag or device id: the newest record that the viewer may see."""
    row = await connection.fetchrow(SQL["by_term"], viewer.unit_scope, term.strip().upper(), _device_id(term))
    return next(iter(await seen(connection, viewer, [row] if row else [], chains=True)), None)


async def in_state(
    connection: Connection, viewer: Viewer, state: CustodyState, kind: Kind | None = None, limit: int = 500
) -> list[CustodyView]:
    """Records in one state, those that wait longest first, without their chains."""
    rows = await connection.fetch(SQL["in_state"], viewer.unit_scope, state, kind, limit)
    return await seen(connection, viewer, rows, chains=False)


async def counts(connection: Connection, viewer: Viewer) -> list[CustodyCount]:
    """Of devices whose way is not at its end."""
    rows = await connection.fetch(SQL["counts"], viewer.unit_scope)
    found = [msgspec.convert(dict(row), CustodyCount) for row in rows]
    order = list(CustodyState)
    return sorted(found, key=lambda each: (order.index(each.state), each.kind or ""))


async def batch(connection: Connection, viewer: Viewer, reference: str) -> BatchView | None:
    """A B-number's act, with chains; None if there is none that the viewer may see."""
    act = await connection.fetchrow(SQL["batch"], reference.strip().upper())
    if act is None or not viewer.has(*SEES_UNITS):
        return None
    rows = await connection.fetch(SQL["of_batch"], viewer.unit_scope, act["batch"])
    moved = await seen(connection, viewer, rows, chains=True)
    if not moved:
        return None
    return BatchView(
        batch=act["batch"],
        cause=Cause(act["cause"]),
        at=act["at"],
        who=act["who"],
        moved=tuple(moved),
        refused=tuple((each, why) for each, why in act["refused"]) if viewer.units is None else (),
    )


async def quarters(connection: Connection, viewer: Viewer, financial_year: str) -> list[QuarterView]:
    """The four quarters of a financial year. Raises BadInput for what is none."""
    starts = quarter_starts(financial_year)
    rows = await connection.fetch(SQL["quarters"], viewer.unit_scope, starts)
    gifts = await connection.fetch(SQL["by_charity"], viewer.unit_scope, starts) if viewer.units is None else []
    counted = {row["quarter"]: dict(row) for row in rows}
    return [_quarter(financial_year.strip(), number, counted.get(number, {}), gifts, viewer) for number in range(1, 5)]


async def issued(connection: Connection, viewer: Viewer, reference: str) -> list[Issued]:
    """The certificates given out for a C- or B-number, or the one with this number; for those who see every unit."""
    if viewer.units is not None:
        return []
    wanted = reference.strip().upper()
    rows = await connection.fetch(SQL["issued"], wanted) or await connection.fetch(SQL["issued_by_number"], wanted)
    return [msgspec.convert(dict(row), Issued) for row in rows]


async def document_content(connection: Connection, viewer: Viewer, document_id: UUID) -> tuple[Document, bytes] | None:
    """A document and its bytes, for those who see every unit; None if there is none."""
    row = await connection.fetchrow(SQL["document_content"], document_id) if viewer.units is None else None
    if row is None:
        return None
    values = dict(row)
    content: bytes = values.pop("content")
    return msgspec.convert(values, Document), content


def charity_routes() -> Sequence[CharityRoute]:
    """The approved charities."""
    return [
        CharityRoute(key=charity.key, name=charity.name, what_for=charity.what_for)
        for charity in disposal_policy().charities
    ]


def _device_id(term: str) -> UUID | None:
    try:
        return UUID(term.strip())
    except ValueError:
        return None


def _quarter(
    year: str, number: int, counted: Mapping[str, int], gifts: Sequence[asyncpg.Record], viewer: Viewer
) -> QuarterView:
    return QuarterView(
        financial_year=year,
        quarter=number,
        **{name: counted.get(name, 0) for name in ("resold", "redistributed", "recycled", "destroyed")},
        by_charity=tuple((_named(row["charity"]), row["devices"]) for row in gifts if row["quarter"] == number),
        proceeds_pence=counted.get("proceeds_pence", 0) if viewer.sees_prices else None,
    )


def _named(key: str) -> str:
    charity = disposal_policy().charity(key)
    return charity.name if charity else key
