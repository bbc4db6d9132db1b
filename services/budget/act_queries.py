"""What people did to the books, and what a roll-over or a reversal would do before anybody says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.access.viewer import Viewer
from services.budget import act_store
from services.budget.counter_queries import EntryView
from services.budget.rules.financial_year import bounds
from services.budget.rules.rollover import next_year, rolls
from services.budget.store import order_sums
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import NotAllowed, NotFound

SQL = load_statements(__file__, "act_queries.sql")


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act: override_line, override_cap, move, roll_over or reverse; who did it, when and why."""

    act_id: UUID
    act: str
    financial_year: str
    line: FundingLine | None
    to_line: FundingLine | None
    kind: Kind | None
    pence: int
    devices: int
    document_id: str | None
    reason: str
    email: str
    at: datetime


class RollView(msgspec.Struct, frozen=True, kw_only=True):
    """What a roll-over would move of an order's promise on one line, pence, VAT included."""

    order_id: str
    line: FundingLine
    to_year: str
    gross_pence: int


class ReversalView(msgspec.Struct, frozen=True, kw_only=True):
    """A document with all that it posted, and the act that reversed it, if one did."""

    document_id: str
    document_type: str | None
    """Of finance's, `move` or `rollover`; None for what nobody may reverse."""
    entries: Sequence[EntryView]
    reversed_by: ActView | None


async def acts(connection: Connection, viewer: Viewer, financial_year: str) -> list[ActView]:
    """The acts of a year, the oldest first; empty without the role. Raises BadInput for what is no year."""
    bounds(financial_year)
    rows = await connection.fetch(SQL["acts"], financial_year, viewer.sees_prices)
    return [msgspec.convert(dict(row), ActView) for row in rows]


async def rollover(connection: Connection, viewer: Viewer, financial_year: str) -> list[RollView]:
    """What rolling over the year would move now. Raises NotAllowed without the role, BadInput for what is no year."""
    _check(viewer)
    to_year = next_year(financial_year)
    order_ids = [row["order_id"] for row in await connection.fetch(SQL["open_orders"], financial_year)]
    found: list[RollView] = []
    for order_id, order in sorted((await order_sums(connection, order_ids, [])).items()):
        by_line: dict[str, int] = {}
        for roll in rolls(order, financial_year):
            by_line[roll.part.line] = by_line.get(roll.part.line, 0) + roll.amount.gross_pence
        found += [
            RollView(order_id=order_id, line=FundingLine(line), to_year=to_year, gross_pence=pence)
            for line, pence in sorted(by_line.items())
        ]
    return found


async def reversal(connection: Connection, viewer: Viewer, term: str) -> ReversalView:
    """The document of this id, or that posted the entry of this number. Raises NotAllowed, NotFound."""
    _check(viewer)
    rows = await connection.fetch(SQL["document_entries"], term, _entry_number(term))
    if not rows:
        raise NotFound(
            f"The ledger holds no document or entry {term}; look for it in the workbook of /kit budget, on its sheet "
            "of entries."
        )
    document_id = rows[0]["document_id"]
    undone = await connection.fetchrow(SQL["reversal"], document_id)
    return ReversalView(
        document_id=document_id,
        document_type=await act_store.document_type(connection, document_id),
        entries=[msgspec.convert(dict(row), EntryView) for row in rows],
        reversed_by=msgspec.convert(dict(undone), ActView) if undone else None,
    )


def _entry_number(term: str) -> int | None:
    plain = term.removeprefix("#").replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 19 else None


def _check(viewer: Viewer) -> None:
    if not viewer.sees_prices:
        raise NotAllowed("Orders and their sums are for finance, directors and auditors; ask one of them.")
