"""The budget's side and the optimiser's, as small as a test of the queue needs them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date

from schemas.events.wave import Decided, WaveCommitted, WaveOrder, WaveRefused, WaveReleased
from schemas.vocabulary import FundingLine, Kind
from services.budget.queries import Gate, OrderGates, Planning, PlanPrice
from services.database.pool import Connection
from services.refresh.rules.waves.problem import Bind, Choice, LeftOut, Plan, Problem, Source
from tests.integration.refresh.fleet import NOW

GROSS = 100_000


@dataclasses.dataclass
class Budget:
    """What the budget would say. `missing` is what stands against every order."""

    left_pence: int = 50 * GROSS
    cap: int = 1_000
    missing: str = ""

    async def planning(self, connection: Connection, financial_year: str, today: date) -> Planning:
        """Money on both lines, and one price."""
        bought = {kind: kind for kind in Kind} | {Kind.TABLET: Kind.LAPTOP}
        return Planning(
            financial_year=financial_year,
            left_pence=dict.fromkeys(FundingLine, self.left_pence),
            volume_left={Kind.LAPTOP: self.cap},
            prices={
                asked: PlanPrice(
                    kind=kind, net_pence=80_000, vat_pence=20_000, lead_days=20, supplier="A", contract_id=None
                )
                for asked, kind in bought.items()
            },
        )

    async def gates(
        self, connection: Connection, orders: Sequence[WaveOrder], year: str, today: date, released_by: str | None
    ) -> list[OrderGates]:
        """One gate an order."""
        return [
            OrderGates(
                order_id=order.order_id,
                gross_pence=order.quantity * GROSS,
                supplier="A",
                contract_id=None,
                procurement_route=order.procurement_route,
                approval_reference=order.approval_reference,
                gates=[Gate(name="procurement_route", passed=not self.missing, explanation=self.missing or "Fine.")],
            )
            for order in orders
        ]


def committed_wave(released: WaveReleased) -> WaveCommitted:
    """The budget says yes."""
    return WaveCommitted(
        id=f"{released.data.wave_id}/decided/{released.data.attempt}",
        source="quartermaster/budget",
        time=NOW,
        subject=released.subject,
        data=_decided(released, ""),
    )


def refused_wave(released: WaveReleased, words: str = "Too little is left on the line.") -> WaveRefused:
    """The budget says no."""
    return WaveRefused(
        id=f"{released.data.wave_id}/decided/{released.data.attempt}",
        source="quartermaster/budget",
        time=NOW,
        subject=released.subject,
        data=_decided(released, words),
    )


def _decided(released: WaveReleased, words: str) -> Decided:
    said = released.data
    orders = () if words else tuple(order.order_id for order in said.orders)
    return Decided(wave_id=said.wave_id, wave=said.wave, attempt=said.attempt, order_ids=orders, explanation=words)


def by_need(problem: Problem) -> Plan:
    """The neediest first: from the shelf, else by an order now or in the first quarter that is in time."""
    stock, cap, money = dict(problem.stock), dict(problem.cap), dict(problem.money_pence)
    choices, left = [], []
    for number in sorted(range(len(problem.groups)), key=lambda each: -problem.groups[each].need):
        group, wanted = problem.groups[number], problem.groups[number].count
        if group.earliest == 0 and (taken := min(wanted, stock.get(group.kind, 0))):
            choices.append(Choice(group=number, source=Source.STOCK, ordered_in=0, delivered_in=0, count=taken))
            stock[group.kind], wanted = stock[group.kind] - taken, wanted - taken
        price, lead = problem.price_pence[group.kind], problem.lead_quarters.get(group.kind, 0)
        ordered_in = max(0, group.earliest - lead)
        taken = min(wanted, cap.get(group.kind, wanted), money.get(group.line, 0) // price)
        if taken and problem.quarters[ordered_in].orders:
            choices.append(
                Choice(
                    group=number,
                    source=Source.ORDER,
                    ordered_in=ordered_in,
                    delivered_in=ordered_in + lead,
                    count=taken,
                )
            )
            money[group.line] -= taken * price
            cap[group.kind] = cap.get(group.kind, wanted) - taken
            wanted -= taken
        if wanted:
            left.append(LeftOut(group=number, count=wanted, why=Bind.MONEY))
    value = sum(problem.groups[each.group].need * each.count for each in choices)
    return Plan(choices=choices, left_out=left, value=value, bound=value, method="greedy", floors_met=True)
