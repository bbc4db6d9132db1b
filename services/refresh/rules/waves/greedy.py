"""The plan without a solver: what is on the shelf first, then orders for the highest need per pound.

It fills up whatever it is given: nothing, or a relaxed optimum rounded down. It keeps every limit, and its distance
from the best is stated by a bound that needs no solver either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from schemas.vocabulary import Kind
from services.refresh.rules.waves.floors import counts_for_floor, floors
from services.refresh.rules.waves.problem import Choice, Problem, Source
from services.refresh.rules.waves.room import Room
from services.refresh.rules.waves.routes import Route, routes_of


def fill(problem: Problem, begun: Iterable[Choice] = ()) -> list[Choice]:
    """A plan of what was begun and as much more as fits, floors before anything else."""
    return list(_Filling(problem).of(list(begun)))


class _Filling:
    def __init__(self, problem: Problem) -> None:
        self.problem, self.room = problem, Room(problem)
        self.left = [max(0, group.count) for group in problem.groups]
        self.owed = floors(problem)
        self.taken: dict[tuple[int, Route], int] = defaultdict(int)
        self.routes = {kind: routes_of(problem, kind) for kind in {group.kind for group in problem.groups}}

    def of(self, begun: list[Choice]) -> Iterator[Choice]:
        """Shelf, then orders; what was begun of each comes before what is added."""
        by_need = sorted(range(len(self.left)), key=self._by_need)
        per_pound = sorted(by_need, key=self._per_pound)
        self._repeat(begun, Source.STOCK)
        for quarter in range(len(self.problem.quarters)):
            shelf = {kind: [Route(quarter, quarter, Source.STOCK)] for kind in self.room.stock}
            if quarter == 0 and self.owed:
                self._serve(by_need, shelf, for_floors=True)
            self._serve(by_need, shelf)
        self.shelf_out = {kind: self._shelf_out(kind) for kind in self.routes}
        self._repeat(begun, Source.ORDER)
        orders = {
            kind: [route for route in routes if not route.is_stock and route.delivered_in >= self.shelf_out[kind]]
            for kind, routes in self.routes.items()
        }
        if self.owed:
            self._serve(per_pound, orders, for_floors=True)
        self._serve(per_pound, orders)
        for (group, route), count in sorted(self.taken.items()):
            yield Choice(
                group=group,
                source=route.source,
                ordered_in=route.ordered_in,
                delivered_in=route.delivered_in,
                count=count,
            )

    def _by_need(self, place: int) -> tuple[object, ...]:
        group = self.problem.groups[place]
        return -group.need, group.earliest, group.line, group.kind, group.unit

    def _per_pound(self, place: int) -> float:
        group = self.problem.groups[place]
        return -group.need / max(1, self.problem.price_pence.get(group.kind, 1))

    def _shelf_out(self, kind: Kind) -> int:
        """The first quarter by which the shelf is empty; beyond the last where it never is."""
        if self.room.stock.get(kind, 0) > 0:
            return len(self.problem.quarters)
        used = (
            route.delivered_in
            for (group, route), count in self.taken.items()
            if count and route.is_stock and self.problem.groups[group].kind == kind
        )
        return max(used, default=0)

    def _repeat(self, begun: list[Choice], source: Source) -> None:
        for choice in begun:
            if choice.source is source:
                route = Route(choice.delivered_in, choice.ordered_in, source)
                if route.is_stock or route.delivered_in >= self.shelf_out[self.problem.groups[choice.group].kind]:
                    self._take(choice.group, route, choice.count)

    def _serve(self, order: list[int], routes: Mapping[Kind, list[Route]], *, for_floors: bool = False) -> None:
        for place in order:
            group = self.problem.groups[place]
            if not self.left[place] or (for_floors and not self.owed.get(group.unit)):
                continue
            for route in routes.get(group.kind, ()):
                if route.delivered_in < group.earliest:
                    continue
                if not for_floors:
                    self._take(place, route, self.left[place])
                elif counts_for_floor(group, route):
                    self._take(place, route, self.owed[group.unit])

    def _take(self, place: int, route: Route, wanted: int) -> None:
        group = self.problem.groups[place]
        count = min(
            wanted,
            self.left[place],
            self.room.for_sourcing(group, route),
            self.room.for_delivery(group.kind, route.delivered_in),
        )
        if count > 0:
            self.room.take(group, route, count)
            self.left[place] -= count
            self.taken[place, route] += count
            if group.unit in self.owed and counts_for_floor(group, route):
                self.owed[group.unit] = max(0, self.owed[group.unit] - count)
