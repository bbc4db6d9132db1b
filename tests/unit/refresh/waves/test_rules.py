"""One rule at a time, on problems that one can solve by looking at them."""

from __future__ import annotations

import asyncio

import pytest

from schemas.vocabulary import Kind
from services.refresh.rules.waves import Bind, Plan, Problem, greedily, highs, plan
from services.refresh.rules.waves.optimum import worth
from tests.unit.refresh.waves.instances import LINES, group, problem, quarters

RICH = {LINES[0]: 1_000_000}


def told(found: Plan) -> list[tuple[int, str, int, int, int]]:
    """Choices as plain rows: group, source, ordered in, delivered in, count."""
    return sorted((c.group, c.source.value, c.ordered_in, c.delivered_in, c.count) for c in found.choices)


def reasons(asked: Problem) -> list[tuple[int, int, Bind]]:
    """What is left out, by both ways of planning, which must agree."""
    best, greedy = ([(r.group, r.count, r.why) for r in found.left_out] for found in (plan(asked), greedily(asked)))
    assert best == greedy
    return best


def test_the_shelf_comes_before_an_order_and_goes_to_the_highest_need() -> None:
    found = plan(problem(group(10), group(30), group(20), stock={Kind.LAPTOP: 2}, money_pence=RICH))
    assert told(found) == [(0, "order", 0, 0, 1), (1, "stock", 0, 0, 1), (2, "stock", 0, 0, 1)]


def test_nothing_is_ordered_while_the_shelf_would_do() -> None:
    found = plan(problem(group(10, 3), stock={Kind.LAPTOP: 5}, money_pence=RICH))
    assert told(found) == [(0, "stock", 0, 0, 3)]


def test_the_shelf_is_not_kept_for_what_an_order_cannot_reach() -> None:
    late = {"quarters": quarters({}, {}, after=1), "stock": {Kind.LAPTOP: 1}, "money_pence": RICH}
    assert told(plan(problem(group(10), group(90, earliest=1), **late))) == [(1, "stock", 1, 1, 1)]
    assert told(plan(problem(group(10, 9), group(9, earliest=1), **late))) == [
        (0, "order", 0, 0, 8),
        (0, "stock", 0, 0, 1),
    ]


def test_an_order_may_be_placed_before_the_shelf_is_empty_if_it_arrives_after() -> None:
    asked = problem(
        group(10, 3),
        quarters=quarters({Kind.LAPTOP: 1}, {Kind.LAPTOP: 2}),
        stock={Kind.LAPTOP: 2},
        lead_quarters={Kind.LAPTOP: 1},
        money_pence=RICH,
    )
    assert told(plan(asked)) == [(0, "order", 0, 1, 1), (0, "stock", 0, 0, 1), (0, "stock", 1, 1, 1)]


def test_each_quarter_of_delay_costs_its_share_of_need_and_late_is_better_than_never() -> None:
    facts = {"quarters": quarters({}, {}, {}, {}, after=1), "lead_quarters": {Kind.LAPTOP: 3}, "money_pence": RICH}
    assert plan(problem(group(100), delay_permille=100, **facts)).value == 70
    soon = problem(group(100, earliest=3), delay_permille=100, **facts)
    assert plan(soon).value == 100
    never = problem(group(100), delay_permille=400, **facts)
    assert worth(never, plan(never).choices) == 100, "one thousandth of it"


def test_need_decides_within_a_price_and_need_per_pound_between_prices() -> None:
    asked = problem(group(100), group(40, 3, kind=Kind.MONITOR), money_pence={LINES[0]: 1000})
    assert told(plan(asked)) == [(1, "order", 0, 0, 3)], "three monitors for £9 meet 120, a laptop for £10 meets 100"


def test_caps_and_capacity_hold_for_shelf_and_orders_alike() -> None:
    asked = problem(group(10, 9), quarters=quarters({Kind.LAPTOP: 2}, {Kind.LAPTOP: 2}), money_pence=RICH)
    assert told(plan(asked)) == [(0, "order", 0, 0, 2), (0, "order", 1, 1, 2)]
    asked = problem(group(10, 9), cap={Kind.LAPTOP: 3}, stock={Kind.LAPTOP: 1}, money_pence=RICH)
    assert told(plan(asked)) == [(0, "order", 0, 0, 3), (0, "stock", 0, 0, 1)]


def test_a_floor_is_served_first_and_the_rest_goes_by_need() -> None:
    groups = group(100, 10, unit="north"), group(1, 4, unit="south"), group(1, 4, unit="")
    found = plan(problem(*groups, money_pence={LINES[0]: 5000}, floor_permille=250))
    assert told(found) == [(0, "order", 0, 0, 4), (1, "order", 0, 0, 1)]
    assert found.floors_met


def test_floors_that_cannot_be_met_are_met_as_far_as_can_be() -> None:
    groups = group(100, 10, unit="north"), group(1, 4, unit="south", kind=Kind.MONITOR)
    found = plan(problem(*groups, money_pence={LINES[0]: 1500}, floor_permille=1000))
    assert told(found) == [(1, "order", 0, 0, 4)], "four monitors for £12 go further below the floors than a laptop"
    assert not found.floors_met
    assert found.method == "optimal"


def test_a_floor_counts_the_first_wave_whenever_it_arrives() -> None:
    facts = {"quarters": quarters({}, {}, after=1), "lead_quarters": {Kind.LAPTOP: 1}, "money_pence": {LINES[0]: 1000}}
    found = plan(problem(group(9, unit="north"), group(1, unit="south"), floor_permille=500, **facts))
    assert not found.floors_met
    assert sum(choice.count for choice in found.choices) == 1


def test_a_line_that_is_overspent_pays_for_nothing() -> None:
    asked = problem(group(9), group(5, line=LINES[1]), money_pence={LINES[0]: -5000, LINES[1]: 1000})
    assert told(plan(asked)) == told(greedily(asked)) == [(1, "order", 0, 0, 1)]


def test_what_is_left_out_says_why() -> None:
    assert reasons(problem(group(5, kind=Kind.TABLET), money_pence=RICH)) == [(0, 1, Bind.NO_PRICE)]
    assert reasons(problem(group(5, 3), money_pence={LINES[0]: 2999})) == [(0, 1, Bind.MONEY)]
    assert reasons(problem(group(5, 3), money_pence=RICH, cap={Kind.LAPTOP: 1})) == [(0, 2, Bind.CAP)]
    full = problem(group(5, 3), money_pence=RICH, quarters=quarters({Kind.LAPTOP: 2}))
    assert reasons(full) == [(0, 1, Bind.CAPACITY)]
    assert reasons(problem(group(5, earliest=1), money_pence=RICH)) == [(0, 1, Bind.NOT_YET_DUE)]
    kept = problem(group(9), group(5, earliest=1), stock={Kind.LAPTOP: 2}, quarters=quarters({Kind.LAPTOP: 0}, {}))
    assert reasons(kept) == []


def test_one_that_only_the_order_of_shelf_and_orders_keeps_out_gives_way_to_others() -> None:
    asked = problem(
        group(10), group(90, earliest=1), quarters=quarters({}, {}, after=1), stock={Kind.LAPTOP: 1}, money_pence=RICH
    )
    (rest,) = plan(asked).left_out
    assert (rest.group, rest.why) == (0, Bind.OTHERS_FIRST)


def test_without_the_solver_the_plan_is_greedy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = problem(group(10, 3), group(7, kind=Kind.MONITOR), money_pence={LINES[0]: 1500})
    monkeypatch.setattr(highs, "highspy", None)
    found = plan(asked)
    assert found == greedily(asked)
    assert found.method == "greedy"


def test_one_line_and_one_kind_have_the_fractional_knapsack_as_bound() -> None:
    asked = problem(group(40), group(30), money_pence={LINES[0]: 1500})
    assert greedily(asked).bound == 40 + 15


async def test_a_plan_is_made_in_threads_side_by_side_and_leaves_others_running() -> None:
    asked = problem(group(10, 3), group(7, kind=Kind.MONITOR), stock={Kind.LAPTOP: 1}, money_pence={LINES[0]: 1500})
    side_by_side = await asyncio.gather(*(asyncio.to_thread(plan, asked) for _ in range(8)))
    assert side_by_side == [plan(asked)] * 8


def test_planning_says_nothing_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    plan(problem(group(10), money_pence=RICH))
    assert capfd.readouterr() == ("", "")
