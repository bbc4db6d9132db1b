"""The residual-value review: resale where it is worth it, else reuse, else WEEE; and sums shared to the penny."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import Kind
from services.custody.disposal import disposal_policy
from services.custody.rules.calendar import quarter_starts
from services.custody.rules.disposal import Reviewable, age_months, review
from services.custody.rules.sharing import shares
from services.errors import BadInput

TODAY = date(2024, 11, 4)
LAPTOP = Reviewable(
    kind=Kind.LAPTOP, manufacturer="Dell", model="Latitude 5430", purchased_on=date(2021, 10, 1), condition="good"
)


@pytest.mark.parametrize(
    ("change", "route", "pence"),
    [
        ({}, "resale", 9_500),
        ({"manufacturer": "Apple", "model": "MacBook Pro 14"}, "resale", 24_000),
        ({"condition": "poor"}, "recycling", 1_000),
        ({"purchased_on": date(2019, 1, 1)}, "resale", 3_500),
        ({"purchased_on": date(2019, 1, 1), "condition": "fair"}, "redistribution", 2_000),
        ({"purchased_on": date(2018, 1, 1)}, "redistribution", 0),
        ({"purchased_on": date(2016, 1, 1)}, "recycling", 0),
        ({"purchased_on": None}, "recycling", 0),
        ({"kind": None}, "recycling", 0),
        ({"kind": Kind.MONITOR, "model": "P2422H", "condition": "fair"}, "redistribution", 1_500),
    ],
)
def test_the_review_decides_by_kind_model_age_and_condition(change: dict[str, object], route: str, pence: int) -> None:
    found = review(disposal_policy(), msgspec.structs.replace(LAPTOP, **change), TODAY)
    assert (found.route, found.residual_pence) == (route, pence)


@given(
    kind=st.none() | st.sampled_from(Kind),
    condition=st.sampled_from(["good", "fair", "poor"]),
    bought=st.none() | st.dates(date(2010, 1, 1), date(2025, 12, 31)),
)
def test_resale_is_decided_if_and_only_if_it_is_worth_it_and_no_reason_tells_a_sum(
    kind: Kind | None, condition: str, bought: date | None
) -> None:
    policy = disposal_policy()
    device = msgspec.structs.replace(LAPTOP, kind=kind, condition=condition, purchased_on=bought)
    found = review(policy, device, TODAY)
    assert (found.route == "resale") == (found.residual_pence >= policy.least_worth_reselling.pence)
    assert "£" not in found.reason
    assert "assumed" in found.reason


def test_every_assumed_figure_says_so() -> None:
    policy = disposal_policy()
    assert policy.least_worth_reselling.assumed
    assert all(family.assumed for family in policy.families)
    assert all(limit.assumed for limit in policy.reuse.values())


@pytest.mark.parametrize(
    ("bought", "months"),
    [(date(2024, 10, 4), 1), (date(2024, 10, 5), 0), (date(2025, 1, 1), 0), (date(2020, 11, 4), 48)],
)
def test_age_is_whole_months(bought: date, months: int) -> None:
    assert age_months(bought, TODAY) == months


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=300))
def test_shares_add_up_to_the_penny_and_are_off_by_less_than_one(total: int, weights: list[int]) -> None:
    parts = shares(total, weights)
    assert sum(parts) == total
    by = weights if sum(weights) else [1] * len(weights)
    assert all(abs(part * sum(by) - total * weight) < sum(by) for part, weight in zip(parts, by, strict=True))


def test_quarters_begin_at_midnight_in_london() -> None:
    assert quarter_starts("2024/25") == [
        datetime(2024, 3, 31, 23, tzinfo=UTC),
        datetime(2024, 6, 30, 23, tzinfo=UTC),
        datetime(2024, 9, 30, 23, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime(2025, 3, 31, 23, tzinfo=UTC),
    ]
    with pytest.raises(BadInput):
        quarter_starts("2024/26")
