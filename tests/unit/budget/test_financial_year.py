"""The financial calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.budget.rules.financial_year import bounds, financial_year, financial_year_at, month_within
from services.errors import BadInput


@given(st.dates(date(1990, 1, 1), date(2150, 12, 31)))
def test_a_day_lies_within_its_own_year(day: date) -> None:
    first, last = bounds(financial_year(day))
    assert first <= day <= last


def test_the_year_turns_at_midnight_in_london() -> None:
    assert financial_year_at(datetime(2024, 3, 31, 22, 59, tzinfo=UTC)) == "2023/24"
    assert financial_year_at(datetime(2024, 3, 31, 23, 0, tzinfo=UTC)) == "2024/25"
    assert financial_year(date(2000, 3, 31)) == "1999/00"


@pytest.mark.parametrize("words", ["2024", "2024/26", "2024-25", "24/25", "", "2024/25 ", "٢٠٢٤/25"])
def test_what_is_no_year_is_refused(words: str) -> None:
    with pytest.raises(BadInput, match="financial year"):
        bounds(words)


def test_a_document_outside_its_year_counts_in_the_nearest_month() -> None:
    assert month_within(date(2025, 4, 17), "2024/25") == date(2025, 3, 1)
    assert month_within(date(2024, 2, 1), "2024/25") == date(2024, 4, 1)
    assert month_within(date(2024, 6, 30), "2024/25") == date(2024, 6, 1)
