"""The ways in which a device can reach an entry, and what it is worth that way."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.vocabulary import Kind
from services.refresh.rules.waves.problem import Choice, Problem, Source

WHOLE = 1000
"""Worth is counted in thousandths of need, so that a delay costs whole numbers."""


class Route(msgspec.Struct, frozen=True, order=True):
    """From the shelf or by an order. Quarters are places in the problem's list."""

    delivered_in: int
    ordered_in: int
    source: Source

    @property
    def is_stock(self) -> bool:
        """True if it costs nothing."""
        return self.source is Source.STOCK


def routes_of(problem: Problem, kind: Kind) -> list[Route]:
    """Every way in time for one kind, however much there is of it: soonest first, the shelf before an order."""
    quarters = range(len(problem.quarters))
    lead = problem.lead_quarters.get(kind, 0)
    found = [Route(place, place, Source.STOCK) for place in quarters] if problem.stock.get(kind, 0) > 0 else []
    if kind in problem.price_pence:
        found += [Route(place + lead, place, Source.ORDER) for place in quarters if problem.quarters[place].orders]
    return sorted(
        (route for route in found if route.delivered_in in quarters),
        key=lambda route: (route.delivered_in, not route.is_stock),
    )


def weight(problem: Problem, earliest: int, route: Route | Choice) -> int:
    """What one point of need is worth when it is met by this route, in thousandths."""
    return max(1, WHOLE - problem.delay_permille * (route.delivered_in - earliest))


def useful(problem: Problem, ways: Sequence[Route], kind: Kind, earliest: int, wanted: int) -> list[Route]:
    """Those of a kind's ways that can serve what is due in `earliest`, without those that are never better.

    Where a quarter can hand out all that is `wanted` of the kind, taking from the shelf later is never better than
    taking in it; with no shelf to wait for the same holds of orders.
    """
    found: list[Route] = []
    ended: set[Source] = set()
    shelf = any(route.is_stock for route in ways)
    for route in ways:
        if route.delivered_in < earliest or route.source in ended:
            continue
        capacity = problem.quarters[route.delivered_in].capacity.get(kind, wanted)
        if capacity <= 0 or (not route.is_stock and problem.cap.get(kind, 1) <= 0):
            continue
        found.append(route)
        if capacity >= wanted and (route.is_stock or not shelf):
            ended.add(route.source)
    return found
