"""What no plan exceeds, without a solver: prices on money, shelf and caps, moved until the bound is small.

For any prices at all the bound holds: what each entry brings, by its soonest delivery, beyond the price of what it
would use, and all that there is of everything at its price. Capacity by quarter and the order of shelf and orders are
left out, so it is loose where those bind; with one line, one kind and no shelf it is the fractional knapsack.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from schemas.vocabulary import FundingLine, Kind
from services.refresh.rules.waves.problem import Problem, Source
from services.refresh.rules.waves.routes import routes_of, weight

SCALE = 1 << 16
"""Prices are whole parts of so many to a thousandth of need."""
ROUNDS = 3
Ints = NDArray[np.int64]


class _Block:
    """Entries of one line and kind: how many, and what each is worth from the shelf and by an order; -1 for no way."""

    def __init__(self, line: FundingLine, kind: Kind, rows: list[tuple[int, int, int]]) -> None:
        self.line, self.kind = line, kind
        table: Ints = np.array(rows, np.int64).reshape(-1, 3)
        self.counts, self.shelf, self.order = table[:, 0], table[:, 1] * SCALE, table[:, 2] * SCALE

    def gain(self, shelf_price: int, order_price: int) -> int:
        """What the entries bring beyond these prices, together."""
        best = np.maximum(self.shelf - shelf_price, self.order - order_price)
        return int((np.maximum(best, 0) * self.counts).sum())


def bound_without_solver(problem: Problem) -> int:
    """What no plan is worth more than, in thousandths of need."""
    blocks = _blocks(problem)
    limits: dict[tuple[str, str], int] = {}
    for block in blocks:
        limits["money", block.line] = max(0, problem.money_pence.get(block.line, 0))
        limits["shelf", block.kind] = max(0, problem.stock.get(block.kind, 0))
        limits["cap", block.kind] = max(0, problem.cap.get(block.kind, sum(int(b.counts.sum()) for b in blocks)))
    prices = dict.fromkeys(limits, 0)

    def bound() -> int:
        gained = sum(
            block.gain(
                prices["shelf", block.kind],
                prices["cap", block.kind] + prices["money", block.line] * problem.price_pence.get(block.kind, 0),
            )
            for block in blocks
        )
        return gained + sum(limit * prices[name] for name, limit in limits.items())

    dearest = max((int(max(block.shelf.max(), block.order.max())) for block in blocks), default=0)
    for _ in range(ROUNDS):
        for name in sorted(limits):
            low, high = 0, max(0, dearest)
            while low < high:  # the bound is convex in each price: walk towards where it stops falling
                middle = (low + high) // 2
                prices[name] = middle
                here = bound()
                prices[name] = middle + 1
                low, high = (middle + 1, high) if bound() < here else (low, middle)
            prices[name] = low
    return bound() // SCALE


def _blocks(problem: Problem) -> list[_Block]:
    rows: dict[tuple[FundingLine, Kind], list[tuple[int, int, int]]] = defaultdict(list)
    routes = {kind: routes_of(problem, kind) for kind in {group.kind for group in problem.groups}}
    for group in problem.groups:
        worth = {Source.STOCK: -1, Source.ORDER: -1}
        for route in reversed(routes[group.kind]):
            if route.delivered_in >= group.earliest:
                worth[route.source] = group.need * weight(problem, group.earliest, route)
        if group.count > 0:
            rows[group.line, group.kind].append((group.count, worth[Source.STOCK], worth[Source.ORDER]))
    return [_Block(line, kind, found) for (line, kind), found in sorted(rows.items())]
