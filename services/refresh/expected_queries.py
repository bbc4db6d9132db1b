"""What the queue is still to cost: demand that no order serves yet, as counts. For services, which answer for it.

Apart from `queries`, so that the budget may read it while the refresh plan reads the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from schemas.vocabulary import Demand, FundingLine, Kind
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "expected_queries.sql")


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """So many entries that are alike and wait for a device. `kind` is what is asked for, a tablet for a tablet."""

    line: FundingLine
    kind: Kind
    unit: str | None
    demand: Demand
    month: date
    """First day of the month in which they fall due; what is overdue keeps the month it was due in."""
    entries: int


async def expected(connection: Connection, until: date) -> Sequence[Expected]:
    """Entries due until that day, itself included, that are not ordered and are not served from stock.

    A released wave whose money is not yet committed counts still; from its commitment on it counts no more. Requests
    that wait for money are entries like others.
    """
    rows = await connection.fetch(SQL["expected"], until)
    return [msgspec.convert(dict(row), Expected) for row in rows]
