"""What is still free of all that is limited: counted in whole numbers, and the judge of every plan."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.vocabulary import Kind
from services.refresh.rules.waves.problem import Choice, Group, Problem
from services.refresh.rules.waves.routes import Route, routes_of


class Room:
    """Money, caps, stock and capacity as a plan takes of them. Counts are devices, money is gross pence."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.money = {line: max(0, left) for line, left in problem.money_pence.items()}
        self.cap = {kind: max(0, left) for kind, left in problem.cap.items()}
        self.stock = {kind: count for kind, count in problem.stock.items() if count > 0}
        self.capacity = [dict(quarter.capacity) for quarter in problem.quarters]
        self.wanted = sum(group.count for group in problem.groups)

    def for_sourcing(self, group: Group, route: Route) -> int:
        """How many more the shelf holds, or money and cap allow to order, however few can be handed out."""
        if route.is_stock:
            return self.stock.get(group.kind, 0)
        return min(self.payable(group), self.cap.get(group.kind, self.wanted))

    def payable(self, group: Group) -> int:
        """How many more of the group's kind its line can pay for. A kind without a price cannot be bought."""
        price = self.problem.price_pence.get(group.kind)
        if price is None:
            return 0
        return self.wanted if price == 0 else self.money.get(group.line, 0) // price

    def for_delivery(self, kind: Kind, quarter: int) -> int:
        """How many more of a kind can be handed out in a quarter."""
        return self.capacity[quarter].get(kind, self.wanted)

    def take(self, group: Group, route: Route, count: int) -> None:
        """Serve so many of a group this way. Whoever calls has seen that they fit."""
        kind = group.kind
        if route.is_stock:
            self.stock[kind] = self.stock.get(kind, 0) - count
        else:
            self.money[group.line] = self.money.get(group.line, 0) - count * self.problem.price_pence[kind]
            if kind in self.cap:
                self.cap[kind] -= count
        capacity = self.capacity[route.delivered_in]
        if kind in capacity:
            capacity[kind] -= count


def breaches(problem: Problem, choices: Iterable[Choice]) -> list[str]:
    """The limits that a plan breaks, each with where; none for a plan that may be carried out."""
    room, served, found = Room(problem), [0] * len(problem.groups), []
    possible = {kind: set(routes_of(problem, kind)) for kind in Kind}
    last_shelf: dict[Kind, int] = {}
    first_arrival: dict[Kind, int] = {}
    for choice in choices:
        group, route = problem.groups[choice.group], Route(choice.delivered_in, choice.ordered_in, choice.source)
        if choice.count <= 0 or route not in possible[group.kind] or route.delivered_in < group.earliest:
            found.append(f"no such way: {choice}")
            continue
        room.take(group, route, choice.count)
        served[choice.group] += choice.count
        if route.is_stock:
            last_shelf[group.kind] = max(last_shelf.get(group.kind, 0), route.delivered_in)
        else:
            first_arrival[group.kind] = min(first_arrival.get(group.kind, route.delivered_in), route.delivered_in)
    found += [
        f"group {place} is served {count} times"
        for place, count in enumerate(served)
        if count > problem.groups[place].count
    ]
    found += [f"money of {line}" for line, left in room.money.items() if left < 0]
    found += [f"cap of {kind}" for kind, left in room.cap.items() if left < 0]
    found += [f"stock of {kind}" for kind, left in room.stock.items() if left < 0]
    found += [
        f"capacity for {kind} in quarter {place}"
        for place, capacity in enumerate(room.capacity)
        for kind, left in capacity.items()
        if left < 0
    ]
    found += [
        f"{kind} arrives in quarter {arrival} while some lie on the shelf"
        for kind, arrival in first_arrival.items()
        if room.stock.get(kind, 0) > 0 or last_shelf.get(kind, 0) > arrival
    ]
    return found
