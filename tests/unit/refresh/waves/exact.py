"""The best plan by trying everything: plain dynamic programming over groups, written from the words of the problem.

It shares no code with what it judges. A state is how many of each kind went each way, what each line paid and what
counts towards each unit's floor; of the plans that end in one state only the worthiest is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.vocabulary import Kind
from services.refresh.rules.waves import Group, Problem

Way = tuple[str, int, int]
"""From where, ordered in, delivered in."""
State = tuple[tuple[tuple[tuple[Kind, Way], int], ...], tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]


def best(problem: Problem) -> tuple[int, int, int, int]:
    """Of the best plan: entries below floors, worth in thousandths of need, pence, and quarters of all deliveries."""
    owed: dict[str, int] = {}
    for group in problem.groups:
        if group.unit and group.earliest == 0 and problem.floor_permille:
            owed[group.unit] = owed.get(group.unit, 0) + group.count
    owed = {unit: -(-count * problem.floor_permille // 1000) for unit, count in owed.items()}
    states: dict[State, int] = {((), (), ()): 0}
    for group in problem.groups:
        grown: dict[State, int] = {}
        for (used, paid, towards), worth in states.items():
            for taken in _servings(problem, group, group.count, _ways(problem, group)):
                more, pence, first, gain = dict(used), dict(paid), dict(towards), worth
                for way, count in taken:
                    more[group.kind, way] = more.get((group.kind, way), 0) + count
                    gain += count * group.need * max(1, 1000 - problem.delay_permille * (way[2] - group.earliest))
                    if way[0] == "order":
                        pence[group.line] = pence.get(group.line, 0) + count * problem.price_pence[group.kind]
                    if group.unit in owed and way[1] == 0 and group.earliest == 0:
                        first[group.unit] = min(owed[group.unit], first.get(group.unit, 0) + count)
                if _within(problem, more, pence):
                    state = tuple(sorted(more.items())), tuple(sorted(pence.items())), tuple(sorted(first.items()))
                    grown[state] = max(grown.get(state, 0), gain)
        states = grown
    return min(
        (
            sum(owed.values()) - sum(count for _, count in towards),
            -worth,
            sum(pence for _, pence in paid),
            sum(count * way[2] for (_, way), count in used),
        )
        for (used, paid, towards), worth in states.items()
        if _shelf_first(problem, dict(used))
    )


def _ways(problem: Problem, group: Group) -> list[Way]:
    last, lead = len(problem.quarters) - 1, problem.lead_quarters.get(group.kind, 0)
    ways = [("stock", quarter, quarter) for quarter in range(last + 1)]
    if group.kind in problem.price_pence:
        ways += [("order", place, place + lead) for place, quarter in enumerate(problem.quarters) if quarter.orders]
    return [way for way in ways if group.earliest <= way[2] <= last]


def _servings(problem: Problem, group: Group, left: int, ways: list[Way]) -> Iterator[list[tuple[Way, int]]]:
    if not ways:
        yield []
        return
    for count in range(left + 1):
        for others in _servings(problem, group, left - count, ways[1:]):
            yield [(ways[0], count), *others] if count else others


def _within(problem: Problem, used: dict[tuple[Kind, Way], int], paid: dict[str, int]) -> bool:
    if any(pence > problem.money_pence.get(line, 0) for line, pence in paid.items()):  # type: ignore[call-overload]
        return False
    for kind in {kind for kind, _ in used}:
        mine = {way: count for (other, way), count in used.items() if other is kind}
        if sum(count for way, count in mine.items() if way[0] == "stock") > problem.stock.get(kind, 0):
            return False
        if sum(count for way, count in mine.items() if way[0] == "order") > problem.cap.get(kind, 99):
            return False
        for place, quarter in enumerate(problem.quarters):
            if sum(count for way, count in mine.items() if way[2] == place) > quarter.capacity.get(kind, 99):
                return False
    return True


def _shelf_first(problem: Problem, used: dict[tuple[Kind, Way], int]) -> bool:
    """By the quarter in which the first order of a kind arrives, all of its stock is handed out."""
    for kind in {kind for kind, way in used if way[0] == "order"}:
        first = min(way[2] for other, way in used if other is kind and way[0] == "order")
        out = sum(
            count for (other, way), count in used.items() if other is kind and way[0] == "stock" and way[2] <= first
        )
        if out < problem.stock.get(kind, 0):
            return False
    return True
