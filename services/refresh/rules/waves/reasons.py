"""Why entries are left out: what stands against one more of them when everything planned is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from services.refresh.rules.waves.problem import Bind, Choice, Group, LeftOut, Problem
from services.refresh.rules.waves.room import Room
from services.refresh.rules.waves.routes import Route, routes_of


def left_out(problem: Problem, choices: Sequence[Choice]) -> list[LeftOut]:
    """Every group that is not served in full, with the first thing that forbids one more."""
    room, served = Room(problem), Counter[int]()
    for choice in choices:
        route = Route(choice.delivered_in, choice.ordered_in, choice.source)
        room.take(problem.groups[choice.group], route, choice.count)
        served[choice.group] += choice.count
    routes = {kind: routes_of(problem, kind) for kind in {group.kind for group in problem.groups}}
    return [
        LeftOut(group=place, count=group.count - served[place], why=_why(room, group, routes[group.kind]))
        for place, group in enumerate(problem.groups)
        if group.count > served[place]
    ]


def _why(room: Room, group: Group, routes: Iterable[Route]) -> Bind:
    shelf = room.stock.get(group.kind, 0) > 0
    if not shelf and group.kind not in room.problem.price_pence:
        return Bind.NO_PRICE
    possible = [route for route in routes if route.delivered_in >= group.earliest and (shelf or not route.is_stock)]
    if not possible:
        return Bind.NOT_YET_DUE
    if not shelf:
        if room.payable(group) < 1:
            return Bind.MONEY
        if room.cap.get(group.kind, 1) < 1:
            return Bind.CAP
    if all(room.for_delivery(group.kind, route.delivered_in) < 1 for route in possible):
        return Bind.CAPACITY
    return Bind.OTHERS_FIRST
