"""What waits on people: when it is found, whom it is for, how it grows old, and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import AlertSeverity
from services.requests.policy import own_policy
from services.requests.rules.machine import REQUEST, Cause
from services.requests.rules.patience import CLOCKED
from services.watch.conditions import delivery_waiting, request_waiting
from services.watch.conditions.delivery_waiting import STATES, StandingStill
from services.watch.conditions.finding import Finding
from services.watch.conditions.request_waiting import Approver, Decisions
from services.watch.thresholds import load_thresholds

LIMITS = load_thresholds().request_waiting
DELIVERIES = load_thresholds().delivery_waiting
NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
EMAIL = "priya.nair@metropolitan.example"
KEY = request_waiting.key_of(EMAIL)
PRIYA = Approver(name="Priya Nair", email=EMAIL, above="catherine.doyle@metropolitan.example")
NOTICE, WARNING, CRITICAL = AlertSeverity.NOTICE, AlertSeverity.WARNING, AlertSeverity.CRITICAL


def decisions(days: float, number: int = 1, longest: tuple[str, ...] = ("R-12",)) -> Decisions:
    return Decisions(email=EMAIL, number=number, oldest_at=NOW - timedelta(days=days), longest=longest)


def found(days: float, held: float | None = None, who: Approver = PRIYA) -> Finding | None:
    return request_waiting.judge(KEY, decisions(days), who, LIMITS, held, NOW).finding


@pytest.mark.parametrize(
    ("days", "severity", "above", "in_channel"),
    [
        (4.99, None, None, False),
        (5, NOTICE, None, False),
        (10, WARNING, PRIYA.above, False),
        (20, CRITICAL, PRIYA.above, True),
        (400, CRITICAL, PRIYA.above, True),
    ],
)
def test_it_is_the_persons_own_then_of_who_stands_above_then_of_the_channel(
    days: float, severity: AlertSeverity | None, above: str | None, in_channel: bool
) -> None:
    finding = found(days)
    if severity is None:
        assert finding is None
        return
    assert finding is not None
    assert (finding.severity, finding.owner, finding.above, finding.in_channel) == (severity, EMAIL, above, in_channel)


def test_of_a_director_whom_nobody_stands_above_the_channel_hears_as_soon_as_it_is_old() -> None:
    director = msgspec.structs.replace(PRIYA, above=None)
    told = [finding.in_channel for days in (5, 10, 20) if (finding := found(days, who=director))]
    assert told == [False, True, True]


def test_who_is_in_no_directory_cannot_be_told_so_the_channel_is() -> None:
    finding = found(5, who=Approver(name="gone@metropolitan.example"))
    assert finding is not None
    assert (finding.owner, finding.in_channel) == (None, True)


@pytest.mark.parametrize(("days", "stays"), [(4.01, True), (4.0, True), (3.99, False)])
def test_an_open_alert_is_held_for_a_day_below_its_step(days: float, stays: bool) -> None:
    assert (found(days, held=5.0) is not None) is stays
    assert found(days) is None


def test_it_ends_when_nothing_waits() -> None:
    assert request_waiting.judge(KEY, None, PRIYA, LIMITS, 20.0, NOW).finding is None


@pytest.mark.parametrize(
    ("waiting", "headline", "detail"),
    [
        (
            decisions(6.9),
            "1 request has waited 6 days for Priya Nair to decide",
            "R-12: nobody else is asked by itself. Approve, refuse, or ask back.",
        ),
        (
            decisions(7, 1_203, ("R-12", "R-15", "R-20")),
            "1,203 requests wait for Priya Nair to decide, the longest for 7 days",
            "R-12, R-15, R-20 and 1,200 more: nobody else is asked by itself. Approve, refuse, or ask back.",
        ),
    ],
)
def test_it_says_how_many_for_how_long_and_which(waiting: Decisions, headline: str, detail: str) -> None:
    finding = request_waiting.judge(KEY, waiting, PRIYA, LIMITS, None, NOW).finding
    assert finding is not None
    assert (finding.headline, finding.detail, finding.about) == (headline, detail, waiting.longest)


@given(
    days=st.floats(0, 100),
    later=st.floats(0, 100),
    held=st.sampled_from([None, *(step.at for step in LIMITS.steps)]),
)
def test_waiting_longer_is_never_less_urgent(days: float, later: float, held: float | None) -> None:
    first, second = found(days, held), found(days + later, held)
    if first is not None:
        assert second is not None
        assert (second.threshold or 0) >= (first.threshold or 0)


def test_it_begins_only_when_the_clock_of_requests_has_done_what_it_can() -> None:
    """Until then a request is handed on by itself, and an alert would say what is about to be settled."""
    assert LIMITS.days_to_hold >= own_policy().patience.escalate_after
    assert {state for state, cause in CLOCKED.items() if cause is Cause.ESCALATE} == {"waiting_for_approval"}
    assert LIMITS.assumed


def test_deliveries_that_the_clock_reminds_of_are_not_found_as_well() -> None:
    assert STATES.keys().isdisjoint(CLOCKED)
    assert REQUEST.states.keys() >= STATES.keys()
    assert DELIVERIES.days.keys() == STATES.keys()
    assert DELIVERIES.assumed


def still(status: str, days: float, number: int = 1, longest: tuple[str, ...] = ("R-7",)) -> StandingStill:
    return StandingStill(status=status, number=number, oldest_at=NOW - timedelta(days=days), longest=longest)


@pytest.mark.parametrize(
    ("standing", "held", "severity"),
    [
        ([], None, None),
        ([still("allocated", 4.9)], None, None),
        ([still("allocated", 4.9)], 1.0, NOTICE),
        ([still("allocated", 4.4)], 1.0, None),
        ([still("allocated", 5)], None, NOTICE),
        ([still("allocated", 10)], None, WARNING),
        ([still("ordered", 59)], None, None),
        ([still("ordered", 60), still("shipped", 28)], None, WARNING),
    ],
)
def test_each_state_has_its_own_time(
    standing: list[StandingStill], held: float | None, severity: AlertSeverity | None
) -> None:
    finding = delivery_waiting.judge(standing, DELIVERIES, held, NOW).finding
    assert (finding and finding.severity) == severity


def test_deliveries_are_one_finding_for_planners_the_worst_state_first() -> None:
    standing = [still("ordered", 61, 2, ("R-2", "R-3")), still("allocated", 9, 1)]
    finding = delivery_waiting.judge(standing, DELIVERIES, None, NOW).finding
    assert finding is not None
    assert (finding.owner, finding.in_channel, finding.audience) == (None, True, "fleet")
    assert finding.headline == "3 deliveries stand still"
    assert finding.detail == ("1 set aside and not sent, R-7 for 9 days; 2 on order, the longest R-2 for 61 days.")


def test_thresholds_name_no_state_that_does_not_wait_on_planners() -> None:
    with pytest.raises(msgspec.ValidationError, match="delivered: no state"):
        msgspec.convert(
            {"days": {"delivered": 3}, "steps": [], "hysteresis": 0}, delivery_waiting.DeliveryWaitingThresholds
        )
