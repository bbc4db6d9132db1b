"""Encoded queries: what is understood gives the very rows a naive reading gives, and the rest is refused."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.simulator.moments import MICROSECONDS, desk_moment
from deploy.local.simulator.servicenow.query import QueryError, ranges_of
from deploy.local.simulator.servicenow.update_order import UpdateOrder

BASE = 1_730_000_000 * MICROSECONDS
SUFFIX = "^ORDERBYsys_updated_on^ORDERBYsys_id"
MEANINGS: dict[str, Callable[[int, int], bool]] = {
    ">=": operators.ge,
    ">": operators.gt,
    "<": operators.lt,
    "<=": operators.le,
    "=": operators.eq,
}
rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 15)), min_size=0, max_size=30, unique=True)


def table(pairs: list[tuple[int, int]]) -> tuple[UpdateOrder, list[tuple[int, str]]]:
    full = [(BASE + second * MICROSECONDS, f"{key:032x}") for second, key in pairs]
    return UpdateOrder((at, key, n) for n, (at, key) in enumerate(full)), full


def found(query: str, order: UpdateOrder) -> list[int]:
    return [number for low, high in ranges_of(query, order) for number in order.numbers(low, high)]


@given(pairs=rows, second=st.integers(0, 4), key=st.integers(0, 15))
def test_the_cursor_gives_exactly_what_lies_beyond_it(pairs: list[tuple[int, int]], second: int, key: int) -> None:
    order, full = table(pairs)
    at, sys_id = BASE + second * MICROSECONDS, f"{key:032x}"
    query = f"sys_updated_on>{desk_moment(at)}^NQsys_updated_on={desk_moment(at)}^sys_id>{sys_id}{SUFFIX}"
    expected = [n for n, place in sorted(enumerate(full), key=lambda p: p[1]) if place > (at, sys_id)]
    assert found(query, order) == expected


@given(pairs=rows, second=st.integers(0, 4), operator=st.sampled_from([">=", ">", "<", "<=", "="]))
def test_each_comparison_means_what_it_says(pairs: list[tuple[int, int]], second: int, operator: str) -> None:
    order, full = table(pairs)
    at = BASE + second * MICROSECONDS
    meaning = MEANINGS[operator]
    result = found(f"sys_updated_on{operator}{desk_moment(at)}{SUFFIX}", order)
    assert sorted(result) == [n for n, (moment, _) in enumerate(full) if meaning(moment, at)]


def test_overlapping_groups_give_a_row_once() -> None:
    order, _ = table([(second, 1) for second in range(5)])
    late, early = desk_moment(BASE + 2 * MICROSECONDS), desk_moment(BASE)
    query = f"sys_updated_on>={late}^NQsys_updated_on>={early}{SUFFIX}"
    assert found(query, order) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("query", ["", "ORDERBYsys_updated_on^ORDERBYsys_id"])
def test_no_condition_gives_everything(query: str) -> None:
    order, _ = table([(1, 1), (0, 2)])
    assert found(query, order) == [1, 0]


@pytest.mark.parametrize(
    "query",
    [
        "sys_updated_on>2024-11-04 09:00:00^ORsys_updated_on=2024-11-04 09:00:00",
        "sys_id>" + "0" * 32,
        "sys_updated_on=2024-11-04 09:00:00^sys_id>short",
        "sys_updated_on>04-11-2024 09:00:00",
        "sys_updated_on>2024-11-04 09:00:00^ORDERBYDESCsys_updated_on",
        "sys_updated_onBETWEEN2024-11-04@2024-11-05",
        "^NQ",
        "number=INC0010001",
    ],
)
def test_what_is_not_understood_is_refused(query: str) -> None:
    order, _ = table([(0, 0)])
    with pytest.raises(QueryError):
        ranges_of(query, order)


def test_a_row_that_changes_moves_to_the_end() -> None:
    order, full = table([(0, 5), (1, 4), (2, 3)])
    order.move(full[0][0], BASE + 9 * MICROSECONDS, full[0][1], 0)
    assert order.numbers(0, 3) == [1, 2, 0]
    assert len(order) == 3
