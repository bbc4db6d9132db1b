"""The facts that an outturn follows from, read in a handful of statements: the ledger's counters, limits, the queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import asyncpg
import msgspec

from schemas.vocabulary import Demand
from services.budget.outturn_assumptions import OutturnFile
from services.budget.planning_queries import Planning, planning
from services.budget.rules.financial_year import bounds, financial_year
from services.budget.rules.outturn import Assumptions, Awaited, Limits, Ordered, Pot
from services.budget.rules.seasonality import learned
from services.database.pool import Connection
from services.database.statements import load_statements
from services.refresh.expected_queries import Expected, expected

SQL = load_statements(__file__, "outturn_queries.sql")
Row = asyncpg.Record
_BASIS = 10_000


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A year as of a day. Rows of counters are by month (no unit) and by unit (no month)."""

    lines: Sequence[Row]
    months: Sequence[Row]
    units: Sequence[Row]
    volumes: Sequence[Row]
    planning: Planning
    waiting: Mapping[Pot, Sequence[Expected]]
    assumptions: Assumptions
    taught_by: int

    @property
    def limits(self) -> Limits:
        """What may still be committed, overrides counted."""
        return Limits(
            room_pence={row["line"]: room_of(row) for row in self.lines},
            volume_left={row["kind"]: max(0, row["cap"] + row["override"] - row["ordered"]) for row in self.volumes},
        )

    @property
    def ordered(self) -> dict[Pot, Ordered]:
        """What was ordered so far: BAU devices by month, and the pence of all else."""
        devices: dict[Pot, dict[date, int]] = defaultdict(dict)
        other: dict[Pot, int] = defaultdict(int)
        for row in self.months:
            pot = Pot(row["line"], row["kind"])
            if row["demand"] == Demand.BAU and row["kind"]:
                devices[pot][row["month"]] = row["quantity"]
            else:
                other[pot] += row["committed_pence"] + row["invoiced_pence"]
        return {pot: Ordered(bau_devices=devices[pot], other_pence=other[pot]) for pot in {*devices, *other}}

    @property
    def awaited(self) -> dict[Pot, Awaited]:
        """What waits for each pot, with the price of one: also for pots that only orders were placed of."""
        pots = {*self.waiting, *self.ordered}
        return {
            pot: Awaited(
                refresh=sum(each.entries for each in self.waiting.get(pot, ()) if each.demand is Demand.REFRESH),
                bau=sum(each.entries for each in self.waiting.get(pot, ()) if each.demand is Demand.BAU),
                price_pence=self.price(pot.kind),
            )
            for pot in pots
        }

    def price(self, kind: str) -> int:
        """What one of a kind costs; nought if the price book has no such kind."""
        return price_of(self.planning, kind)


def price_of(plan: Planning, kind: str) -> int:
    """What one of a kind that is bought costs, VAT included; nought if the price book has no such kind."""
    found = next((price for price in plan.prices.values() if price.kind == kind), None)
    return found.gross_pence if found else 0


def room_of(line: Row) -> int:
    """What may still be committed on a line."""
    allowed = line["approved_pence"] + line["override_pence"]
    return max(0, int(allowed - line["committed_pence"] - line["invoiced_pence"]))


async def facts(connection: Connection, year: str, today: date, assumed: OutturnFile) -> Facts:
    """Read them. Raises BadInput for what is no year."""
    first, _ = bounds(year)
    counters = await connection.fetch(SQL["counters"], year)
    plan = await planning(connection, year, today)
    earlier: dict[str, dict[int, int]] = defaultdict(dict)
    for row in await connection.fetch(SQL["earlier_years"], year):
        earlier[row["financial_year"]][row["month"]] = row["devices"]
    weights, taught_by = learned(assumed.order_weights, list(earlier.values()))
    history = await connection.fetchrow(SQL["history"], year, financial_year(first - timedelta(days=1)))
    assert history is not None
    return Facts(
        lines=await connection.fetch(SQL["lines"], year),
        months=[row for row in counters if row["month"]],
        units=[row for row in counters if not row["month"]],
        volumes=await connection.fetch(SQL["volumes"], year),
        planning=plan,
        waiting=await waiting(connection, year, today, plan, bounds(year)[1]),
        assumptions=_own_shares(msgspec.structs.replace(assumed, order_weights=weights), history),
        taught_by=taught_by,
    )


async def waiting(
    connection: Connection, year: str, today: date, plan: Planning, until: date
) -> dict[Pot, list[Expected]]:
    """What the queue holds for the year until that day of it, by what is bought.

    What is overdue belongs to the present year alone.
    """
    first, last = bounds(year)
    if today > last:
        return {}
    result: dict[Pot, list[Expected]] = defaultdict(list)
    for each in await expected(connection, until):
        if today >= first or each.month >= first:
            price = plan.prices.get(each.kind)
            result[Pot(each.line, price.kind if price else each.kind)].append(each)
    return result


def _own_shares(assumed: OutturnFile, history: Row) -> Assumptions:
    """The ledger's own shares, once enough was committed for them to mean something."""
    if history["committed"] < assumed.learned_from_pence:
        return assumed
    given_back = min(_BASIS, max(0, history["given_back"] * _BASIS // history["committed"]))
    differed = history["differed"] * _BASIS // history["redeemed"] if history["redeemed"] else None
    return msgspec.structs.replace(
        assumed,
        cancelled_basis_points=given_back,
        price_difference_basis_points=assumed.price_difference_basis_points if differed is None else differed,
    )
