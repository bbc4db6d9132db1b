"""Figures read back from what chat shows, by the hand that wrote them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.wording import money, number
from deploy.local.demo.figures import column, counted, pence, pence_after, signed_pence, total


@given(st.integers(min_value=0, max_value=10**13))
def test_a_sum_is_read_as_it_was_written(sum_in_pence: int) -> None:
    assert pence(f"left {money(sum_in_pence)} (5 %)") == sum_in_pence


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_a_sum_below_nought_is_read_too(sum_in_pence: int) -> None:
    assert signed_pence(money(sum_in_pence)) == sum_in_pence


@given(st.integers(min_value=0, max_value=10**9))
def test_a_total_is_read_as_it_was_written(devices: int) -> None:
    assert total(f"{number(devices)} in all") == devices


def test_the_sum_behind_its_label_is_meant() -> None:
    assert pence_after("invoiced", "committed £1 · invoiced £2.05 · left £3") == 205


def test_where_no_figure_stands_none_is_made_up() -> None:
    with pytest.raises(ValueError, match="no sum"):
        pence_after("left", "committed £1")
    with pytest.raises(ValueError, match="no total"):
        total("There are none")


def test_columns_of_a_table() -> None:
    rows = [["laptop", "1,821", "30 %"], ["tablet", "5", "1 %"]]
    assert column(rows, 1) == [1821, 5]
    assert counted(rows) == {"laptop": 1821, "tablet": 5}
