"""Each condition by itself: when it begins, when it goes on, when it ends, and what it says."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import AlertSeverity
from services.watch.conditions import budget_crossing, failing_model, identity_conflict, past_policy_life
from services.watch.conditions.budget_crossing import LineStanding
from services.watch.conditions.failing_model import WindowCount, chance_of
from services.watch.conditions.identity_conflict import OpenConflicts
from services.watch.conditions.past_policy_life import Command, UnitAgeing
from services.watch.conditions.steps import step_reached
from services.watch.thresholds import load_thresholds

THRESHOLDS = load_thresholds()
NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
TODAY = date(2024, 11, 20)
MILLION = 100_000_000


def standing(committed: int, invoiced: int = 0, approved: int = 25 * MILLION, year: str = "2024/25") -> LineStanding:
    return LineStanding(
        financial_year=year,
        line="refresh-and-bau",
        approved_pence=approved,
        committed_pence=committed,
        invoiced_pence=invoiced,
    )


@pytest.mark.parametrize(
    ("spent", "threshold", "severity"),
    [
        (1_249_999_999, None, None),
        (1_250_000_000, 50, AlertSeverity.NOTICE),
        (1_875_000_000, 75, AlertSeverity.NOTICE),
        (2_250_000_000, 90, AlertSeverity.WARNING),
        (2_500_000_000, 100, AlertSeverity.CRITICAL),
        (2_600_000_000, 100, AlertSeverity.CRITICAL),
    ],
)
def test_a_line_crosses_its_steps_to_the_penny(
    spent: int, threshold: float | None, severity: AlertSeverity | None
) -> None:
    verdict = budget_crossing.judge(standing(spent - 100, 100), THRESHOLDS.budget_crossing, None, TODAY)
    found = verdict.finding
    assert (found and found.threshold, found and found.severity) == (threshold, severity)
    assert verdict.key == "budget-crossing:2024/25:refresh-and-bau"


def test_a_step_is_left_two_points_below_it_only() -> None:
    def held_at(percent: float) -> float | None:
        pence = int(percent * 25 * MILLION / 100)
        finding = budget_crossing.judge(standing(pence), THRESHOLDS.budget_crossing, 75.0, TODAY).finding
        return finding and finding.threshold

    assert [held_at(percent) for percent in (74.0, 73.0, 72.9, 50.0, 48.0, 47.9)] == [75, 75, 50, 50, 50, None]


def test_the_words_tell_sums_in_plain_english() -> None:
    finding = budget_crossing.judge(
        standing(15 * MILLION, 8 * MILLION), THRESHOLDS.budget_crossing, None, TODAY
    ).finding
    assert finding is not None
    assert finding.headline == "2024/25 refresh and BAU: 90 % of the approved sum is reached"
    assert finding.detail == "92 % is used: £15.0m committed and £8.0m invoiced of £25.0m approved, £2.0m left."


def test_a_year_that_is_over_is_not_watched() -> None:
    spent = standing(20 * MILLION, approved=20 * MILLION, year="2022/23")
    assert budget_crossing.judge(spent, THRESHOLDS.budget_crossing, 100.0, TODAY).finding is None
    last_day = budget_crossing.judge(spent, THRESHOLDS.budget_crossing, None, date(2023, 3, 31))
    assert last_day.finding is not None


def test_money_spent_without_any_approved_is_the_highest_step() -> None:
    finding = budget_crossing.judge(standing(1, approved=0), THRESHOLDS.budget_crossing, None, TODAY).finding
    assert finding is not None
    assert finding.threshold == 100
    assert budget_crossing.judge(standing(0, approved=0), THRESHOLDS.budget_crossing, None, TODAY).finding is None


def ageing(deployed: int, past: int, kind: str = "laptop", unit: str = "central-west") -> UnitAgeing:
    return UnitAgeing(unit=unit, kind=kind, deployed=deployed, past_policy_life=past)


WEST = Command(code="central-west", name="Central West")


def test_a_share_of_few_devices_says_nothing_but_keeps_what_is_open() -> None:
    few = [ageing(16, 8)]
    assert past_policy_life.judge(WEST, few, THRESHOLDS.past_policy_life, None).finding is None
    kept = past_policy_life.judge(WEST, few, THRESHOLDS.past_policy_life, 30.0).finding
    assert kept is not None
    assert kept.severity is AlertSeverity.CRITICAL
    assert kept.unit == "central-west"


def test_a_unit_without_devices_is_well() -> None:
    assert past_policy_life.judge(WEST, [ageing(0, 0)], THRESHOLDS.past_policy_life, 10.0).finding is None


def test_a_command_s_teams_and_kinds_are_one_alert_with_the_worst_kind_first() -> None:
    teams = [
        ageing(1000, 90),
        ageing(600, 60, unit="central-west-response"),
        ageing(100, 60, kind="desktop"),
        ageing(300, 0, kind="monitor"),
    ]
    verdict = past_policy_life.judge(WEST, teams, THRESHOLDS.past_policy_life, None)
    assert verdict.key == "past-policy-life:central-west"
    assert verdict.finding is not None
    assert verdict.finding.headline == "Central West: 10.5 % of devices are past policy life"
    assert verdict.finding.detail == "210 of 2,000 deployed: 60 of 100 desktops (60 %), 150 of 1,600 laptops (9 %)."


def test_what_is_held_below_its_threshold_says_the_true_share() -> None:
    held = past_policy_life.judge(WEST, [ageing(1000, 91)], THRESHOLDS.past_policy_life, 10.0).finding
    assert held is not None
    assert held.headline == "Central West: 9.1 % of devices are past policy life"


@given(
    measured=st.lists(st.floats(0, 120), min_size=1, max_size=40),
    threshold=st.sampled_from([step.at for step in THRESHOLDS.budget_crossing.steps]),
)
def test_a_measure_that_trembles_by_less_than_the_hysteresis_does_not_flap(
    measured: list[float], threshold: float
) -> None:
    """Around one threshold the step reached changes at most once while the measure stays within the band."""
    steps = THRESHOLDS.budget_crossing.steps
    held: float | None = None
    seen = []
    for value in measured:
        trembling = threshold - 1.9 + (value / 120) * 3.8
        step = step_reached(trembling, steps, held, 2.0)
        held = None if step is None else step.at
        seen.append(held)
    changes = sum(before != after for before, after in itertools.pairwise(seen))
    assert changes <= 1


@given(recent=st.integers(0, 200), before=st.integers(0, 200))
def test_the_chance_is_a_probability_that_no_failure_makes_larger(recent: int, before: int) -> None:
    assert 0 < chance_of(recent, before) <= 1
    assert chance_of(recent + 1, before) <= chance_of(recent, before)
    assert chance_of(0, before) == 1


def test_the_chance_is_the_binomial_tail() -> None:
    assert chance_of(10, 0) == 1 / 1024
    assert chance_of(5, 5) == pytest.approx(0.623046875)


def verdict_of(*counts: WindowCount, held: bool = False, known_days: int = 100) -> failing_model.Verdict:
    return failing_model.judge(
        "Latitude 5440",
        counts,
        THRESHOLDS.failing_model,
        held=held,
        known_since=NOW - timedelta(days=known_days),
        now=NOW,
    )


def test_a_model_that_fails_far_more_than_before_is_named_with_its_window() -> None:
    finding = verdict_of(WindowCount(days=7, recent=20, before=4), WindowCount(days=30, recent=25, before=20)).finding
    assert finding is not None
    assert finding.headline == "Latitude 5440 fails more often than before"
    assert finding.detail == "20 failures in the last 7 days, 4 in the 7 before."


@pytest.mark.parametrize(
    "count",
    [
        WindowCount(days=7, recent=7, before=0),
        WindowCount(days=7, recent=12, before=8),
        WindowCount(days=30, recent=100, before=95),
    ],
)
def test_few_failures_or_what_chance_explains_raise_nothing(count: WindowCount) -> None:
    assert verdict_of(count).finding is None


def test_an_open_alert_is_kept_longer_than_it_takes_to_raise_it() -> None:
    weaker = WindowCount(days=7, recent=9, before=2)
    assert verdict_of(weaker).finding is None
    assert verdict_of(weaker, held=True).finding is not None
    assert verdict_of(WindowCount(days=7, recent=4, before=0), held=True).finding is None


def test_a_window_before_our_time_is_not_compared_with() -> None:
    count = WindowCount(days=7, recent=20, before=0)
    assert verdict_of(count, known_days=13).finding is None
    assert verdict_of(count, known_days=14).finding is not None


def conflicts(number: int, oldest: timedelta = timedelta(hours=5)) -> identity_conflict.Verdict:
    standing = OpenConflicts(number=number, oldest_at=NOW - oldest if number else None)
    return identity_conflict.judge(standing, THRESHOLDS.identity_conflict, NOW)


def test_conflicts_are_one_alert_with_their_number() -> None:
    assert conflicts(0).finding is None
    one, many = conflicts(1).finding, conflicts(1_200, timedelta(days=3)).finding
    assert one is not None
    assert many is not None
    assert (one.headline, one.severity) == ("1 serial number is claimed by two records", AlertSeverity.NOTICE)
    assert (many.headline, many.severity) == ("1,200 serial numbers are claimed by two records", AlertSeverity.WARNING)
    assert "less than a day" in one.detail
    assert "3 days" in many.detail
    assert conflicts(1).key == conflicts(2).key == "identity-conflict"
