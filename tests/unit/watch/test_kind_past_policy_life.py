"""Kind past policy life: one finding a kind for the whole organisation, in steps, with hysteresis."""

from __future__ import annotations

import pytest

from schemas.vocabulary import AlertSeverity
from services.watch.conditions import kind_past_policy_life
from services.watch.conditions.kind_past_policy_life import KindAgeing
from services.watch.thresholds import load_thresholds

LIMITS = load_thresholds().kind_past_policy_life


def laptops(past: int, deployed: int = 1_000) -> KindAgeing:
    return KindAgeing(kind="laptop", deployed=deployed, past_policy_life=past)


@pytest.mark.parametrize(
    ("past", "held", "severity"),
    [
        (99, None, None),
        (100, None, AlertSeverity.NOTICE),
        (200, None, AlertSeverity.WARNING),
        (300, None, AlertSeverity.CRITICAL),
        (299, None, AlertSeverity.WARNING),
        (280, 30.0, AlertSeverity.CRITICAL),
        (279, 30.0, AlertSeverity.WARNING),
        (80, 10.0, AlertSeverity.NOTICE),
        (79, 10.0, None),
    ],
)
def test_steps_are_left_two_points_below_them(past: int, held: float | None, severity: AlertSeverity | None) -> None:
    finding = kind_past_policy_life.judge(laptops(past), LIMITS, held).finding
    assert (finding and finding.severity) == severity


def test_a_few_devices_say_little_and_an_open_alert_is_kept_a_little_longer() -> None:
    assert kind_past_policy_life.judge(laptops(250, 499), LIMITS, None).finding is None
    assert kind_past_policy_life.judge(laptops(250, 499), LIMITS, 30.0).finding is not None
    assert kind_past_policy_life.judge(laptops(250, 399), LIMITS, 30.0).finding is None
    assert kind_past_policy_life.judge(laptops(0, 0), LIMITS, 30.0).finding is None


def test_it_is_for_the_planners_and_a_few_devices_more_are_no_news() -> None:
    first, second = (kind_past_policy_life.judge(laptops(n, 40_000), LIMITS, None) for n in (13_001, 13_050))
    assert first.finding is not None
    assert second.finding is not None
    assert (first.key, first.finding.audience, first.finding.unit) == ("kind-past-policy-life:laptop", "fleet", None)
    assert first.finding.headline == second.finding.headline == "All laptops: 33 % are past policy life"
    assert first.finding.detail == second.finding.detail
    assert first.finding.detail == "About 13,000 of about 40,000 deployed in the whole organisation."
