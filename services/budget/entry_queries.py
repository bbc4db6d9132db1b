"""The ledger's entries themselves, for export: every penny with the document it comes from."""

from __future__ import annotations

from datetime import date

import msgspec

from schemas.vocabulary import FundingLine
from services.access.viewer import Viewer
from services.budget.rules.financial_year import bounds
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "entry_queries.sql")
MOST_ENTRIES = 20_000
"""More would take a spreadsheet, and us, too long; whoever shows them says how many there are."""


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it was posted. Pence; empty texts where its document does not tell."""

    entry: int
    document_date: date
    month: date
    document_id: str
    entry_type: str
    line: FundingLine
    kind: str
    unit: str
    demand: str
    quantity: int
    net_pence: int
    vat_pence: int
    order_id: str | None
    in_all: int
    """How many entries the year has."""


async def ledger_entries(
    connection: Connection, viewer: Viewer, financial_year: str, limit: int = MOST_ENTRIES
) -> list[LedgerEntry]:
    """The year's entries, the newest first; none without the role for prices. Raises BadInput for what is no year."""
    bounds(financial_year)
    rows = await connection.fetch(SQL["entries"], financial_year, viewer.sees_prices, limit)
    return [msgspec.convert(dict(row), LedgerEntry) for row in rows]
