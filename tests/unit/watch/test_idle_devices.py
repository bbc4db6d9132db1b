"""Idle devices: one finding a command, by how many are idle for how long, for whoever answers for it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import AlertSeverity
from services.watch.conditions import idle_devices
from services.watch.conditions.finding import Finding
from services.watch.conditions.idle_devices import IdleDevicesThresholds
from services.watch.conditions.past_policy_life import Command
from services.watch.thresholds import load_thresholds

LIMITS = load_thresholds().idle_devices
WEST = Command(code="central-west", name="Central West")
PRIYA = "priya.nair@metropolitan.example"


def found(*idle: int, held: float | None = None, manager: str | None = PRIYA) -> Finding | None:
    return idle_devices.judge(WEST, idle, manager, LIMITS, held).finding


@pytest.mark.parametrize(
    ("idle", "held", "threshold"),
    [
        ((9, 0, 0), None, None),
        ((10, 9, 9), None, 30),
        ((20, 10, 0), None, 60),
        ((20, 15, 10), None, 90),
        ((7, 0, 0), 30.0, 30),
        ((6, 0, 0), 30.0, None),
        ((9, 7, 0), 30.0, 30),
        ((9, 9, 7), 90.0, 90),
    ],
)
def test_the_longest_step_that_enough_devices_reached_counts_and_is_held_a_little(
    idle: tuple[int, ...], held: float | None, threshold: float | None
) -> None:
    finding = found(*idle, held=held)
    assert (finding and finding.threshold) == threshold


def test_it_says_how_many_for_how_long_and_is_the_managers() -> None:
    finding = found(1_234, 40, 12)
    assert finding is not None
    assert finding.headline == "Central West: 1,234 devices have not checked in for 30 days"
    assert finding.detail.startswith("Of these 40 for 60, 12 for 90 days or longer. ")
    assert (finding.owner, finding.in_channel, finding.unit) == (PRIYA, False, "central-west")
    assert finding.severity is AlertSeverity.WARNING
    nobody = found(10, 0, 0, manager=None)
    assert nobody is not None
    assert (nobody.owner, nobody.in_channel) == (None, True)


@given(st.lists(st.integers(0, 30), min_size=3, max_size=3), st.sampled_from([None, 30.0, 60.0, 90.0]))
def test_an_open_alert_never_needs_more_than_a_new_one(drawn: list[int], held: float | None) -> None:
    idle = sorted(drawn, reverse=True)
    new, kept = found(*idle), found(*idle, held=held)
    if new is not None:
        assert kept is not None
        assert (kept.threshold or 0) >= (new.threshold or 0)


def test_steps_out_of_order_stop_the_start() -> None:
    steps = [{"days": days, "minimum": 1, "minimum_to_hold": 1, "severity": "notice"} for days in (60, 30)]
    with pytest.raises(msgspec.ValidationError, match="the fewest first"):
        msgspec.convert({"steps": steps}, IdleDevicesThresholds)
    assert LIMITS.assumed
