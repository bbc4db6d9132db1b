"""Purchase orders: what was bought before the scenario starts, and what its days add. All assumed."""

from __future__ import annotations

import dataclasses
import random
from datetime import date

from deploy.local.scenarios.scenario import Kind, Scenario, month_of, months_later
from deploy.local.simulator.fleet.device import Model

REFRESH_AND_BAU = "refresh-and-bau"
YEAR = "2024/25"
YEAR_STARTS, YEAR_ENDS = date(2024, 4, 1), date(2025, 4, 1)


@dataclasses.dataclass(slots=True)
class Order:
    """One line of a purchase order; money in pence without VAT. `invoiced` once the goods have come."""

    number: int
    model: Model
    quantity: int
    supplier: str
    demand: str
    ordered: date
    invoiced: date | None = None

    @property
    def order_id(self) -> str:
        return f"PO-{4500000000 + self.number}"

    @property
    def net_pence(self) -> int:
        return self.quantity * self.model.plan.price_pence

    def gross_pence(self, vat_percent: int) -> int:
        """The sum with VAT, as the ledger counts it."""
        return self.net_pence * (100 + vat_percent) // 100


class Buyer:
    """Decides what the next order is; the same random source gives the same orders."""

    def __init__(self, scenario: Scenario, models: list[Model]) -> None:
        self.plan = scenario.orders
        self.kinds = list(self.plan.kind_weights)
        self.weights = list(self.plan.kind_weights.values())
        # A model can be ordered if it was still being bought in the half year before the scenario starts.
        recent = months_later(scenario.scenario.starts.date(), -8)
        self.choices = {kind: self._recent(kind, models, recent) for kind in self.kinds}

    def _recent(self, kind: Kind, models: list[Model], recent: date) -> list[Model]:
        offered = [
            model
            for model in models
            if model.kind == kind
            and model.plan.funding_line == REFRESH_AND_BAU
            and month_of(model.plan.bought[1]) >= recent
        ]
        assert offered, f"no {kind} is still being bought"
        return offered

    def order(self, number: int, day: date, about_pence: int, rng: random.Random) -> Order:
        """An order of about that sum, never above the scenario's largest."""
        kind = rng.choices(self.kinds, self.weights)[0]
        model = rng.choices(self.choices[kind], [model.plan.weight for model in self.choices[kind]])[0]
        about = min(about_pence * (0.75 + 0.5 * rng.random()), self.plan.largest_net_pence)
        return Order(
            number=number,
            model=model,
            quantity=max(1, int(about // model.plan.price_pence)),
            supplier=self.plan.suppliers[kind],
            demand="bau" if rng.random() < self.plan.bau_share else "refresh",
            ordered=day,
        )


def opening_orders(scenario: Scenario, buyer: Buyer) -> list[Order]:
    """The year's orders up to the start: first those delivered and invoiced, then those still open."""
    rng = random.Random(f"{scenario.scenario.seed}:orders")
    orders: list[Order] = []
    invoiced = _series(buyer, rng, orders, scenario.orders.invoiced_pence)
    committed = _series(buyer, rng, orders, scenario.orders.committed_pence)
    start = scenario.scenario.starts.date()
    turn = months_later(start, -1)
    _spread(invoiced, date(2024, 4, 8), turn)
    _spread(committed, turn, start)
    for order in invoiced:
        order.invoiced = min(months_later(order.ordered, 1), date.fromordinal(start.toordinal() - 1))
    return orders


def _series(buyer: Buyer, rng: random.Random, orders: list[Order], total: int) -> list[Order]:
    """Orders adding up to about `total`: the last one is cut to what is left."""
    made: list[Order] = []
    left = total
    while left > 0:
        order = buyer.order(len(orders) + 1, YEAR_STARTS, min(buyer.plan.daily_net_pence, left), rng)
        if order.net_pence > left:
            order.quantity = max(1, left // order.model.plan.price_pence)
        left -= order.net_pence
        made.append(order)
        orders.append(order)
        if left < order.model.plan.price_pence:
            break
    return made


def _spread(orders: list[Order], first: date, end: date) -> None:
    """Give the orders working days evenly over `[first, end)`, in their order."""
    days = [date.fromordinal(n) for n in range(first.toordinal(), end.toordinal())]
    working = [day for day in days if day.weekday() < 5]
    for place, order in enumerate(orders):
        order.ordered = working[place * len(working) // len(orders)]
