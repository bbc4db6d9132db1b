"""Plans beside the best ones, found by trying everything."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from schemas.vocabulary import Kind
from services.refresh.rules.waves import Plan, Problem, Source, greedily, optimum, plan
from services.refresh.rules.waves.floors import below_floors
from services.refresh.rules.waves.room import breaches
from tests.unit.refresh.waves.exact import best
from tests.unit.refresh.waves.instances import LINES, group, problem, quarters, small, wide

INSTANCES = 200


def measured(given: Problem, found: Plan) -> tuple[int, int, int, int]:
    """A plan as the exact solver measures the best one."""
    pence = sum(
        choice.count * given.price_pence[given.groups[choice.group].kind]
        for choice in found.choices
        if choice.source is Source.ORDER
    )
    quarters_waited = sum(choice.count * choice.delivered_in for choice in found.choices)
    return below_floors(given, found.choices), -optimum.worth(given, found.choices), pence, quarters_waited


@pytest.fixture(scope="module")
def solved() -> list[tuple[Problem, tuple[int, int, int, int]]]:
    """Random problems, and what the best plan of each is."""
    return [(given, best(given)) for given in map(small, range(INSTANCES))]


def test_what_is_called_optimal_is_the_best_to_the_last_tie(
    solved: list[tuple[Problem, tuple[int, int, int, int]]],
) -> None:
    for given, the_best in solved:
        found = plan(given)
        assert found.method == "optimal"
        assert measured(given, found) == the_best
        assert found.value == found.bound == -the_best[1] // 1000
        assert found.floors_met == (the_best[0] == 0)


def test_the_way_for_large_problems_is_never_below_99_percent_of_the_best(
    solved: list[tuple[Problem, tuple[int, int, int, int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimum, "SMALL", 0)
    for given, the_best in solved:
        found = plan(given)
        below, worth, *_ = measured(given, found)
        assert not breaches(given, found.choices)
        assert below == the_best[0]
        assert -worth >= 0.99 * -the_best[1]
        assert found.bound >= -the_best[1] // 1000


def test_greed_states_its_distance_truly(solved: list[tuple[Problem, tuple[int, int, int, int]]]) -> None:
    for given, the_best in solved:
        found = greedily(given)
        assert not breaches(given, found.choices)
        assert found.method == "greedy"
        assert found.bound >= -the_best[1] // 1000
        assert found.bound >= found.value


@pytest.mark.parametrize("seed", range(3))
def test_a_large_plan_is_near_its_bound_and_keeps_every_limit(seed: int) -> None:
    given = wide(seed)
    found = plan(given)
    assert not breaches(given, found.choices)
    assert found.method == "rounded"
    assert found.gap < 0.001
    greedy = greedily(given)
    assert greedy.value <= found.bound <= greedy.bound


def test_what_could_not_be_proved_in_the_nodes_allowed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimum, "EFFORT", 0)
    given = wide(0, groups=100)
    found = plan(given)
    assert found.method == "rounded"
    assert not breaches(given, found.choices)
    assert 0 < found.gap < 0.02


def test_a_solver_without_time_leaves_it_to_greed() -> None:
    given = wide(0)
    assert plan(given, seconds=0) == greedily(given)


def test_the_order_of_groups_does_not_matter() -> None:
    for given in [*map(small, range(40)), wide(1, groups=1500)]:
        found, order = plan(given), list(range(len(given.groups)))
        Random(5).shuffle(order)
        shuffled = msgspec.structs.replace(given, groups=[given.groups[place] for place in order])
        again = plan(shuffled)
        assert said(shuffled, again) == said(given, found)
        assert (again.value, again.bound, again.method) == (found.value, found.bound, found.method)


def said(given: Problem, found: Plan) -> dict[tuple[object, ...], int]:
    """Choices by what their groups are, alike groups as one."""
    counts: dict[tuple[object, ...], int] = {}
    for choice in found.choices:
        one = given.groups[choice.group]
        key = (
            one.line,
            one.kind,
            one.unit,
            one.need,
            one.earliest,
            choice.source,
            choice.ordered_in,
            choice.delivered_in,
        )
        counts[key] = counts.get(key, 0) + choice.count
    return counts


def test_more_money_is_never_worth_less() -> None:
    for seed in range(30):
        given, before = small(seed), 0
        for pence in range(0, 6000, 1500):
            richer = msgspec.structs.replace(given, money_pence=dict.fromkeys(LINES, pence), floor_permille=0)
            value = plan(richer).value
            assert value >= before
            before = value


def test_of_plans_worth_the_same_the_cheaper_and_then_the_sooner_is_taken() -> None:
    either = problem(
        group(50),
        group(50, kind=Kind.MONITOR),
        money_pence={LINES[0]: 1200},
        quarters=quarters({}, {}),
        cap={Kind.MONITOR: 1},
    )
    (choice,) = plan(either).choices
    assert (choice.group, choice.ordered_in, choice.delivered_in) == (1, 0, 0)


def test_nothing_wanted_is_a_plan_too() -> None:
    assert plan(problem()) == Plan(choices=[], left_out=[], value=0, bound=0, method="optimal", floors_met=True)
