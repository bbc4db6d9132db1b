"""Rows as a viewer sees them: sums need a commercial role, and managers see not where a device went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.custody.disposal import disposal_policy
from services.custody.rules.guards import holds
from services.custody.rules.machine import CUSTODY, Cause
from services.custody.rules.record import Record
from services.custody.surroundings import Surroundings, actors_of, surroundings
from services.custody.views import ChainLine, CustodyView, Document
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "queries.sql")
_WHERE_IT_WENT = (
    "charity",
    "charity_name",
    "weee_note",
    "review",
    "route",
    "certificate",
    "certificate_issuer",
    "certificate_number",
    "batch",
)
_SHOWN = frozenset(CustodyView.__struct_fields__)


async def seen(
    connection: Connection, viewer: Viewer, rows: Sequence[asyncpg.Record], *, chains: bool
) -> list[CustodyView]:
    """Records with what the viewer may do next. The rows must be those that the viewer may see."""
    if not rows:
        return []
    records = [msgspec.convert(_plain(row), Record) for row in rows]
    lines = await _chains(connection, viewer, records) if chains else {}
    around = await surroundings(connection, records) if actors_of(viewer) else Surroundings()
    return [
        _view(row, record, lines.get(record.custody_id, ()), _may(viewer, record, around), viewer)
        for row, record in zip(rows, records, strict=True)
    ]


def seen_line(row: asyncpg.Record, viewer: Viewer) -> ChainLine:
    """A link as the viewer sees it: who does not see every unit is told what sort of step it was, no more."""
    return ChainLine(
        number=row["number"],
        at=row["at"],
        what=row["what"] if viewer.units is None else _DOES[row["source"], row["cause"], row["target"]],
        who=row["who"],
        place=row["place"] if viewer.units is None else "",
        digest=row["digest"],
    )


_DOES: Mapping[tuple[str, str, str], str] = {
    (step.source, step.event, step.target): f"{step.does[:1].upper()}{step.does[1:]}" for step in CUSTODY.steps
}


async def _chains(connection: Connection, viewer: Viewer, records: Sequence[Record]) -> dict[UUID, list[ChainLine]]:
    found: dict[UUID, list[ChainLine]] = {}
    for row in await connection.fetch(SQL["chains"], [record.custody_id for record in records]):
        found.setdefault(row["custody_id"], []).append(seen_line(row, viewer))
    return found


def _may(viewer: Viewer, record: Record, around: Surroundings) -> tuple[Cause, ...]:
    facts = around.facts(record)
    return tuple(
        Cause(each) for each in CUSTODY.offers(record.state, actors_of(viewer), lambda guard: holds(guard, facts))
    )


def _view(
    row: asyncpg.Record, record: Record, chain: Sequence[ChainLine], may: tuple[Cause, ...], viewer: Viewer
) -> CustodyView:
    values = {name: value for name, value in msgspec.structs.asdict(record).items() if name in _SHOWN}
    values |= {"chain": tuple(chain), "may": may, "certificate": _document(row)}
    charity = None if record.charity is None else disposal_policy().charity(record.charity)
    values["charity_name"] = charity.name if charity else record.charity
    if not viewer.sees_prices:
        values |= {"residual_pence": None, "proceeds_pence": None}
    if viewer.units is not None:
        values |= dict.fromkeys(_WHERE_IT_WENT) | {"place": ""}
    if not viewer.has(Role.PLANNER, Role.DIRECTOR, Role.AUDITOR):
        values["last_holder"] = None
    return CustodyView(**values)


def _document(row: asyncpg.Record) -> Document | None:
    if row["document_id"] is None:
        return None
    return Document(
        document_id=row["document_id"],
        name=row["document_name"],
        digest=row["document_digest"],
        size=row["document_size"],
    )


def _plain(row: asyncpg.Record) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("document_") or name == "document_id"}
