"""The quarters in which a plan orders, and those in which what is ordered late still arrives."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.refresh.rules.quarters import quarter_of, quarters, quarters_between

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("today", "days", "expected"),
    [
        (date(2024, 11, 4), 0, [("2024-10-01", True), ("2025-01-01", True)]),
        (date(2024, 11, 4), 42, [("2024-10-01", True), ("2025-01-01", True)]),
        (date(2024, 12, 1), 42, [("2024-10-01", True), ("2025-01-01", True), ("2025-04-01", False)]),
        (date(2025, 3, 31), 1, [("2025-01-01", True), ("2025-04-01", False)]),
        (date(2025, 4, 1), 0, [(f"2025-{month}-01", True) for month in ("04", "07", "10")] + [("2026-01-01", True)]),
    ],
)
def test_the_rest_of_the_year_and_late_arrivals(today: date, days: int, expected: list[tuple[str, bool]]) -> None:
    found = quarters(today, today + timedelta(days=days))
    assert [(str(start), orders) for start, orders in found] == expected


@given(DAYS, st.integers(0, 400))
def test_quarters_follow_one_another_and_orders_end_with_the_year(today: date, days: int) -> None:
    found = quarters(today, today + timedelta(days=days))
    starts = [start for start, _ in found]
    assert starts[0] == quarter_of(today) <= today
    assert all(quarters_between(one, other) == 1 for one, other in itertools.pairwise(starts))
    ordering = [start for start, orders in found if orders]
    assert len({(start.year - (start.month < 4)) for start in ordering}) == 1
    assert ordering[-1].month == 1
    assert len(found) - len(ordering) == quarters_between(today, today + timedelta(days=days))
