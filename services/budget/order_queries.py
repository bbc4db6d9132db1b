"""Orders side by side with what arrived and what was billed: over-receipts and price differences are seen here."""

from __future__ import annotations

from datetime import date

import msgspec

from services.access.viewer import Viewer
from services.budget.rules.financial_year import bounds
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import NotAllowed

SQL = load_statements(__file__, "order_queries.sql")


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order of finance's: devices and pence, VAT included, as its documents that were not reversed tell."""

    order_id: str
    supplier: str | None
    contract_id: str | None
    placed_on: date | None
    ordered: int
    ordered_pence: int
    cancelled: int
    received: int
    received_pence: int
    invoiced: int
    invoiced_pence: int
    credited_pence: int
    gross_pence: int
    """What it is worth now: still promised, and spent."""
    over_received: int
    """How many more arrived than were ordered and not cancelled. A receipt promises nothing, so the ledger keeps it."""
    price_difference_pence: int | None
    """What was billed above (below nought: under) the order's price for as many; None where numbers are not told."""


async def orders(connection: Connection, viewer: Viewer, financial_year: str) -> list[OrderView]:
    """Orders with a document of the year, the oldest first. Raises NotAllowed without the role, BadInput."""
    if not viewer.sees_prices:
        raise NotAllowed("Orders and their sums are for finance, directors and auditors; ask one of them.")
    bounds(financial_year)
    return [msgspec.convert(dict(row), OrderView) for row in await connection.fetch(SQL["orders"], financial_year)]
