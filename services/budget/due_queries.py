"""What falls due soon against the money left: the queue at the price book's prices, line by line.

The same queue, prices and sums as the outturn's. The outturn cuts what is expected to caps and money; this does not,
since it is to show that the money does not suffice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from schemas.vocabulary import FundingLine
from services.access.viewer import SEES_UNITS, Viewer
from services.budget.outturn_facts import SQL, price_of, room_of, waiting
from services.budget.planning_queries import planning
from services.budget.rules.financial_year import bounds, financial_year
from services.database.pool import Connection


class DueCost(msgspec.Struct, frozen=True, kw_only=True):
    """What waits on a line or falls due by `until`, and what it costs. Pence, VAT included."""

    line: FundingLine
    financial_year: str
    until: date
    devices: int
    gross_pence: int | None
    """None without the role for prices where one kind alone is due: with the number it tells the price."""
    left_pence: int
    """What may still be committed on the line: overrides counted, never below nought."""
    one_kind: bool
    """True if it is one kind that costs all of it: whoever shows the sum to others gives away its price."""
    assumed_prices: bool
    """Whether the sum rests on a price that nobody published."""


async def due_costs(connection: Connection, viewer: Viewer, today: date, days: int) -> Sequence[DueCost]:
    """Lines of the present year with what they are to pay for within `days` days, but not past the year's end.

    What falls due after it is the next year's to pay for. Empty for those who may not see totals.
    """
    if not viewer.has(*SEES_UNITS):
        return ()
    year = financial_year(today)
    until = min(today + timedelta(days=days), bounds(year)[1])
    plan = await planning(connection, year, today)
    due = await waiting(connection, year, today, plan, until)
    assumed = {price.kind for price in plan.prices.values() if price.assumed}
    found = []
    for row in await connection.fetch(SQL["lines"], year):
        devices = {
            pot.kind: sum(each.entries for each in entries) for pot, entries in due.items() if pot.line == row["line"]
        }
        priced = {kind for kind in devices if price_of(plan, kind)}
        gross = sum(number * price_of(plan, kind) for kind, number in devices.items())
        found.append(
            DueCost(
                line=FundingLine(row["line"]),
                financial_year=year,
                until=until,
                devices=sum(devices.values()),
                gross_pence=gross if viewer.sees_prices or len(priced) != 1 else None,
                left_pence=room_of(row),
                one_kind=len(priced) == 1,
                assumed_prices=bool(priced & assumed),
            )
        )
    return found
