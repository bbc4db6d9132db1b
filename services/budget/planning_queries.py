"""What the refresh plan asks of the budget: money and volume left, prices, and the gates that orders would meet.

For other services, which answer for what they show of it: prices and suppliers are commercial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from schemas.events.wave import WaveOrder
from schemas.vocabulary import FundingLine, Kind
from services.budget.rules.financial_year import bounds
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
    """How many may still be ordered, for each kind with a cap; overrides added, never below nought."""
    prices: Mapping[Kind, PlanPrice]
    """By the kind asked for."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an order must carry, or a limit that it must keep. `name` is one of: line, volume_cap,
    procurement_route, approval_reference, contract_ceiling, contract_term, delegation, splitting."""

    name: str
    passed: bool
    explanation: str
    """What holds, or what is missing and who can help. Names sums only of published rules, no price."""


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
    volumes = await connection.fetch(SQL["volume_left"], financial_year)
    return Planning(
        financial_year=financial_year,
        left_pence={
            FundingLine(row["line"]): max(0, row["left_pence"] - waited_for.get(row["line"], 0)) for row in left
        },
        volume_left={Kind(row["kind"]): row["devices"] for row in volumes},
        prices={
            Kind(row["asked_for"]): PlanPrice(
                kind=Kind(row["kind"]),
                net_pence=row["net_pence"],
                vat_pence=row["vat_pence"],
                lead_days=row["lead_days"],
                supplier=row["supplier"],
                contract_id=row["contract_id"],
            )
            for row in await connection.fetch(SQL["plan_prices"], today)
        },
    )


async def gates(
    connection: Connection, orders: Sequence[WaveOrder], financial_year: str, today: date, released_by: str | None
) -> list[OrderGates]:
    """How the orders of one wave would fare if they were committed together now, by `released_by` if that is known.

    A reading: the same rules decide once more when the wave is committed.
    """
    raise NotImplementedError
