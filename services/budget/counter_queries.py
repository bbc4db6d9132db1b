"""The trial balance, and the ledger's entries for export: for finance, directors and auditors."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from schemas.vocabulary import Demand, FundingLine, Kind
from services.access.viewer import Viewer
from services.budget.rules.financial_year import bounds
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import NotAllowed

SQL = load_statements(__file__, "counter_queries.sql")

MOST_ENTRIES = 200_000
"""How many entries one export holds at most."""


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The balance of one account of a line, in pence; all accounts of a year together are nought."""

    line: FundingLine
    account: str
    net_pence: int
    vat_pence: int


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the ledger, and between which accounts its amount moved. `reverses`: the entry that it undoes."""

    entry: int
    document_id: str
    entry_type: str
    financial_year: str
    line: FundingLine
    kind: Kind | None
    unit: str | None
    demand: Demand | None
    month: date
    document_date: date
    net_pence: int
    vat_pence: int
    quantity: int
    from_account: str
    to_account: str
    order_id: str | None
    reverses: int | None
    posted_at: datetime


async def accounts(connection: Connection, viewer: Viewer, financial_year: str) -> list[AccountView]:
    """The trial balance of a year. Raises NotAllowed without the role, BadInput for what is no year."""
    _check(viewer, financial_year)
    return [msgspec.convert(dict(row), AccountView) for row in await connection.fetch(SQL["accounts"], financial_year)]


async def ledger_entries(
    connection: Connection,
    viewer: Viewer,
    financial_year: str,
    line: FundingLine | None = None,
    limit: int = MOST_ENTRIES,
) -> list[EntryView]:
    """The year's entries, the newest first. Raises NotAllowed without the role, BadInput for what is no year."""
    _check(viewer, financial_year)
    rows = await connection.fetch(SQL["entries"], financial_year, line, min(limit, MOST_ENTRIES))
    return [msgspec.convert(dict(row), EntryView) for row in rows]


def _check(viewer: Viewer, financial_year: str) -> None:
    if not viewer.sees_prices:
        raise NotAllowed("The ledger is for finance, directors and auditors; ask one of them.")
    bounds(financial_year)
