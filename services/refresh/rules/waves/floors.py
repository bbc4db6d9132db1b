"""The share of each unit that the first wave serves before anything else."""

from __future__ import annotations

from collections.abc import Iterable

from services.refresh.rules.waves.problem import Choice, Group, Problem
from services.refresh.rules.waves.routes import Route


def floors(problem: Problem) -> dict[str, int]:
    """How many entries of each unit the first wave owes it: its share of what is due at once, rounded up."""
    due: dict[str, int] = {}
    if problem.floor_permille > 0:
        for group in problem.groups:
            if group.earliest == 0 and group.unit and group.count > 0:
                due[group.unit] = due.get(group.unit, 0) + group.count
    return {unit: -(-count * problem.floor_permille // 1000) for unit, count in sorted(due.items())}


def counts_for_floor(group: Group, route: Route | Choice) -> bool:
    """True if serving the group this way is part of what the first wave owes its unit."""
    return group.earliest == 0 and route.ordered_in == 0


def below_floors(problem: Problem, choices: Iterable[Choice]) -> int:
    """How many entries are missing to all floors together; 0 where every floor is met."""
    owed = floors(problem)
    for choice in choices:
        group = problem.groups[choice.group]
        if group.unit in owed and counts_for_floor(group, choice):
            owed[group.unit] -= choice.count
    return sum(max(0, missing) for missing in owed.values())
