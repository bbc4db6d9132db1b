"""The wave worked by hand in docs/refresh-and-budget.md, worked again from its own tables."""

from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest

from schemas.vocabulary import FundingLine, Kind
from services.refresh.rules.waves import Group, Plan, Problem, Quarter, plan
from services.refresh.rules.waves.optimum import worth
from tests.fixtures.worked_examples import tables_of

SECTION = ("refresh-and-budget.md", "A wave by hand")
Rows = list[list[str]]


def pence(pounds: str) -> int:
    return int(pounds.strip("£").replace(",", "")) * 100


def counts(rows: Rows, column: int) -> dict[Kind, int]:
    """A column of limits by kind, without those that are no limit."""
    return {Kind(row[0]): int(row[column]) for row in rows if not row[column].startswith("no ")}


@pytest.fixture
def asked() -> Problem:
    """The problem of the page."""
    kinds, lines, groups, *_ = tables_of(*SECTION)
    return Problem(
        groups=[
            Group(
                line=FundingLine(line),
                kind=Kind(kind),
                unit=unit,
                need=int(need),
                earliest=int(due) - 1,
                count=int(entries),
            )
            for _, line, kind, unit, need, due, entries in groups
        ],
        quarters=[
            Quarter(starts_on=day, orders=True, capacity=counts(kinds, 5))
            for day in (date(2024, 10, 1), date(2025, 1, 1))
        ],
        price_pence={Kind(row[0]): pence(row[1]) for row in kinds},
        money_pence={FundingLine(line): pence(left) for line, left in lines},
        cap=counts(kinds, 4),
        stock=counts(kinds, 3),
        lead_quarters=counts(kinds, 2),
        delay_permille=100,
        floor_permille=0,
    )


def names() -> list[str]:
    return [row[0] for row in tables_of(*SECTION)[2]]


def left_out(found: Plan) -> Rows:
    return [[names()[rest.group], str(rest.count), rest.why.value] for rest in found.left_out]


def test_the_plan_is_the_one_found_by_hand(asked: Problem) -> None:
    *_, tried, choices, without, _ = tables_of(*SECTION)
    found = plan(asked)
    assert sorted(
        [
            names()[choice.group],
            choice.source.value,
            str(choice.ordered_in + 1),
            str(choice.delivered_in + 1),
            str(choice.count),
            str(worth(asked, [choice]) // 1000),
        ]
        for choice in found.choices
    ) == sorted(choices)
    assert left_out(found) == without
    assert found.value == max(int(row[-1]) for row in tried) == sum(int(row[-1]) for row in choices)
    assert (found.method, found.bound, found.gap) == ("optimal", found.value, 0)


def test_what_was_tried_adds_up() -> None:
    for row in tables_of(*SECTION)[3]:
        assert sum(int(figure) for cell in row[1:-1] for figure in re.findall(r"\d+", cell)) == int(row[-1])


def test_with_money_enough_other_limits_are_named(asked: Problem) -> None:
    rich = msgspec.structs.replace(asked, money_pence=dict.fromkeys(asked.money_pence, pence("£10,000")))
    assert left_out(plan(rich)) == tables_of(*SECTION)[-1]
