"""What the refresh plan asks of the budget: money and volume left, prices, and the gates that orders would meet.

For other services, which answer for what they show of it: prices and suppliers are commercial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from schemas.events.wave import WaveOrder
from schemas.vocabulary import FundingLine, Kind
from services.budget.book import Book
from services.budget.gate_store import standing
from services.budget.reservation_store import prices
from services.budget.rules.financial_year import bounds
from services.budget.rules.gates import Gate as Gate
from services.budget.store import line_sums
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "planning_queries.sql")


class PlanPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What is bought where a kind is asked for, and what one costs. Pence; `lead_days` from order to delivery."""

    kind: Kind
    net_pence: int
    vat_pence: int
    lead_days: int
    supplier: str
    contract_id: str | None
    assumed: bool = False
    """Nobody published the price; whoever shows it, or a sum made of it, says so."""

    @property
    def gross_pence(self) -> int:
        """What one costs, VAT included."""
        return self.net_pence + self.vat_pence


class Planning(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan for the year may use, as of now."""

    financial_year: str
    left_pence: Mapping[FundingLine, int]
    """What may still be committed on each line with an approved sum: overrides added, requests that wait for money
    taken off, never below nought."""
    volume_left: Mapping[Kind, int]
    """How many may still be ordered, of each kind that is limited: by its cap, overrides added, or by what its contract
    still has room for, whichever is less; never below nought."""
    prices: Mapping[Kind, PlanPrice]
    """By the kind asked for."""


class OrderGates(msgspec.Struct, frozen=True, kw_only=True):
    """The gates that one order meets. `supplier` and `contract_id` are commercial."""

    order_id: str
    gross_pence: int
    supplier: str | None
    contract_id: str | None
    procurement_route: str | None
    """The order's own, else its contract's."""
    approval_reference: str | None
    gates: Sequence[Gate]

    @property
    def passed(self) -> bool:
        """True if the order may be committed."""
        return all(gate.passed for gate in self.gates)


async def planning(connection: Connection, financial_year: str, today: date) -> Planning:
    """Money, volumes and prices for a plan; `today` is the day of ordering. Raises BadInput for what is no year."""
    bounds(financial_year)
    waited_for = {row["line"]: row["gross_pence"] for row in await connection.fetch(SQL["waited_for"])}
    left = await connection.fetch(SQL["left"], financial_year)
    volume_left = {
        Kind(row["kind"]): row["devices"] for row in await connection.fetch(SQL["volume_left"], financial_year)
    }
    prices_now = await connection.fetch(SQL["plan_prices"], today)
    for row in prices_now:
        kind, gross = Kind(row["kind"]), row["net_pence"] + row["vat_pence"]
        if row["contract_left_pence"] is not None and gross:
            within = row["contract_left_pence"] // gross
            volume_left[kind] = min(volume_left.get(kind, within), within)
    return Planning(
        financial_year=financial_year,
        left_pence={
            FundingLine(row["line"]): max(0, row["left_pence"] - waited_for.get(row["line"], 0)) for row in left
        },
        volume_left=volume_left,
        prices={
            Kind(row["asked_for"]): PlanPrice(
                kind=Kind(row["kind"]),
                net_pence=row["net_pence"],
                vat_pence=row["vat_pence"],
                lead_days=row["lead_days"],
                supplier=row["supplier"],
                contract_id=row["contract_id"],
                assumed=row["assumed"],
            )
            for row in prices_now
        },
    )


async def gates(
    connection: Connection, orders: Sequence[WaveOrder], financial_year: str, today: date, released_by: str | None
) -> list[OrderGates]:
    """How the orders of one wave would fare if they were committed together now, by `released_by` if that is known.

    A reading: the same rules decide once more when the wave is committed. Raises BadInput for what is no year.
    """
    bounds(financial_year)
    lines = await line_sums(connection, {(financial_year, order.line.value) for order in orders})
    book = Book({}, lines, await standing(connection, [], [financial_year], today))
    draft = book.plan(orders, financial_year, released_by, await prices(connection))
    found = []
    for order in orders:
        placed = draft.standing.order(order.order_id)
        case = draft.standing.case(placed, needs_delegation=True)
        found.append(
            OrderGates(
                order_id=order.order_id,
                gross_pence=placed.gross_pence,
                supplier=placed.supplier,
                contract_id=placed.contract_id,
                procurement_route=case.procurement_route,
                approval_reference=case.approval_reference,
                gates=draft.gates_of(order.order_id, book, released=True),
            )
        )
    return found
