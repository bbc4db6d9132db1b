"""Months: ends of months, leap years, and that adding and counting agree."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.refresh.rules.calendar import add_months, whole_months

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2020, 2, 29), 48, date(2024, 2, 29)),
        (date(2020, 2, 29), 36, date(2023, 2, 28)),
        (date(2021, 8, 31), 48, date(2025, 8, 31)),
        (date(2021, 8, 31), 6, date(2022, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
    ],
)
def test_months_after_a_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(since=DAYS, until=DAYS)
def test_whole_months_are_the_most_that_fit(since: date, until: date) -> None:
    months = whole_months(since, until)
    if until < since:
        assert months == 0
    else:
        assert add_months(since, months) <= until < add_months(since, months + 1)


@given(earlier=DAYS, later=DAYS, months=st.integers(-300, 300))
def test_adding_keeps_the_order(earlier: date, later: date, months: int) -> None:
    first, second = sorted((earlier, later))
    assert add_months(first, months) <= add_months(second, months)
