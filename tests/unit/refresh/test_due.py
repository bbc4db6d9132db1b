"""When a device is due and by which rule."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from schemas.vocabulary import BauCause, Demand, DeviceState, FundingLine, Kind, RequestReason
from services.budget.rules.limits import demand_of as budget_demand_of
from services.refresh.policy import PolicyInForce
from services.refresh.policy_document import Warranty
from services.refresh.rules import assess, explain, not_due_because
from tests.unit.refresh.policies import POLICY, device, request

TODAY = date(2024, 11, 4)


@pytest.mark.parametrize(
    ("kind", "bought", "due_on"),
    [
        (Kind.LAPTOP, date(2020, 2, 29), date(2024, 2, 29)),
        (Kind.SMARTPHONE, date(2020, 2, 29), date(2023, 2, 28)),
        (Kind.LAPTOP, date(2020, 12, 31), date(2024, 12, 31)),
        (Kind.DESKTOP, date(2020, 1, 31), date(2025, 1, 31)),
        (Kind.MONITOR, date(2018, 2, 28), date(2025, 2, 28)),
    ],
)
def test_due_at_the_end_of_policy_life(kind: Kind, bought: date, due_on: date) -> None:
    judged = assess(device(kind=kind, purchased_on=bought), POLICY, TODAY)
    assert (judged.rule, judged.due_on) == ("end-of-policy-life", due_on)
    assert judged.past_life == (due_on <= TODAY)


def test_enters_the_queue_on_the_first_day_of_the_horizon() -> None:
    bought = device(purchased_on=date(2021, 11, 5))
    assert not assess(bought, POLICY, date(2024, 11, 4)).in_queue
    assert assess(bought, POLICY, date(2024, 11, 4)).changes_on == date(2024, 11, 5)
    assert assess(bought, POLICY, date(2024, 11, 5)).in_queue


def test_the_earliest_of_age_and_support_decides() -> None:
    judged = assess(device(model="Latitude 7400", purchased_on=date(2022, 1, 1)), POLICY, TODAY)
    assert (judged.rule, judged.due_on) == ("end-of-model-support", date(2024, 12, 31))
    judged = assess(device(model="Latitude 7400", purchased_on=date(2020, 1, 1)), POLICY, TODAY)
    assert (judged.rule, judged.due_on) == ("end-of-policy-life", date(2024, 1, 1))


def test_a_system_that_a_model_cannot_leave() -> None:
    held_back = device(kind=Kind.DESKTOP, model="OptiPlex 7050", os="Windows", os_version="10.0.19045.4957")
    judged = assess(held_back, POLICY, TODAY)
    assert (judged.rule, judged.due_on) == ("end-of-system-support", date(2025, 10, 14))


def test_failures_within_the_window_make_it_due_and_are_forgotten() -> None:
    failures = (date(2024, 1, 10), date(2024, 6, 1), date(2024, 9, 30))
    broken = device(failures=failures)
    judged = assess(broken, POLICY, TODAY)
    assert (judged.rule, judged.due_on) == ("repeated-failure", date(2024, 9, 30))
    assert judged.changes_on == date(2025, 1, 10)
    assert not assess(broken, POLICY, date(2024, 9, 29)).in_queue
    assert assess(broken, POLICY, date(2025, 1, 9)).in_queue
    assert not assess(broken, POLICY, date(2025, 1, 10)).in_queue


@pytest.mark.parametrize("reason", list(RequestReason))
def test_a_request_decides_before_all_else(reason: RequestReason) -> None:
    asked = device(purchased_on=date(2019, 1, 1), request=request(reason, TODAY))
    judged = assess(asked, POLICY, TODAY)
    assert judged.rule == f"request-{reason.value.replace('_', '-')}"
    assert judged.due_on == TODAY
    slow = reason in (RequestReason.SLOW, RequestReason.END_OF_LIFE)
    assert judged.demand is (Demand.REFRESH if slow else Demand.BAU)
    assert judged.demand.value == budget_demand_of(reason).value, "both services count alike"
    assert (judged.cause is None) == (judged.demand is Demand.REFRESH)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (RequestReason.BROKEN, BauCause.BREAKAGE),
        (RequestReason.LOST, BauCause.LOSS),
        (RequestReason.STOLEN, BauCause.THEFT),
        (RequestReason.ACCESSIBILITY, BauCause.ACCESSIBILITY),
        (RequestReason.SLOW, None),
        (RequestReason.END_OF_LIFE, None),
    ],
)
def test_what_caused_the_demand(reason: RequestReason, cause: BauCause | None) -> None:
    assert assess(device(request=request(reason, TODAY)), POLICY, TODAY).cause is cause


@pytest.mark.parametrize("kind", list(Kind))
def test_only_tablets_are_paid_for_by_a_line_of_their_own(kind: Kind) -> None:
    tablets, others = FundingLine.TABLET_REPLACEMENT, FundingLine.REFRESH_AND_BAU
    expected = tablets if kind is Kind.TABLET else others
    assert assess(device(kind=kind, purchased_on=date(2015, 1, 1)), POLICY, TODAY).line is expected
    assert assess(device(kind=kind, request=request(RequestReason.BROKEN, TODAY)), POLICY, TODAY).line is expected


@pytest.mark.parametrize("state", [each for each in DeviceState if each not in ("deployed", "in_repair")])
def test_only_devices_in_use_are_refreshed(state: DeviceState) -> None:
    old = device(state=state, purchased_on=date(2015, 1, 1), failures=(TODAY,) * 3)
    assert not assess(old, POLICY, TODAY).in_queue
    assert not_due_because(old, POLICY, TODAY)


def test_a_stolen_device_needs_a_successor_until_one_is_ordered() -> None:
    stolen = {"state": DeviceState.WRITTEN_OFF, "purchased_on": date(2023, 1, 1)}
    assert assess(device(**stolen, request=request(RequestReason.STOLEN, TODAY)), POLICY, TODAY).in_queue
    ordered = request(RequestReason.STOLEN, TODAY, ordered=True)
    assert not assess(device(**stolen, request=ordered), POLICY, TODAY).in_queue
    assert assess(device(request=ordered), POLICY, TODAY).in_queue


def test_tablets_are_due_since_they_were_withdrawn() -> None:
    judged = assess(device(kind=Kind.TABLET, purchased_on=date(2023, 12, 1)), POLICY, TODAY)
    assert (judged.rule, judged.due_on) == ("kind-withdrawn", date(2024, 3, 31))
    assert "a laptop takes its place" in judged.reason


def test_a_model_may_have_a_life_of_its_own() -> None:
    rugged = device(kind=Kind.SMARTPHONE, model="Galaxy XCover6 Pro", purchased_on=date(2022, 11, 1))
    judged = assess(rugged, POLICY, TODAY)
    assert (judged.rule, judged.due_on, judged.past_life) == ("end-of-policy-life", date(2026, 11, 1), False)
    in_queue = assess(rugged, POLICY, date(2025, 11, 1))
    assert "a smartphone like Galaxy XCover6 Pro, 48 months" in in_queue.reason
    assert "36 months old; policy life is 48 months" in explain(rugged, POLICY, date(2025, 11, 1))["age"]


def test_a_kind_may_have_a_failure_limit_of_its_own() -> None:
    twice = (date(2024, 6, 1), date(2024, 9, 30))
    judged = assess(device(kind=Kind.SMARTPHONE, failures=twice), POLICY, TODAY)
    assert (judged.rule, judged.due_on, judged.parts["failures"]) == ("repeated-failure", date(2024, 9, 30), 100)
    assert not assess(device(kind=Kind.LAPTOP, failures=twice), POLICY, TODAY).in_queue


@pytest.mark.parametrize(("percent", "is_due"), [(59, True), (60, False), (None, False)])
def test_a_worn_battery_makes_a_device_due(percent: int | None, is_due: bool) -> None:
    told = date(2024, 10, 7)
    worn = device(purchased_on=date(2024, 1, 1), battery_percent=percent, told_on=told)
    judged = assess(worn, POLICY, TODAY)
    assert judged.in_queue is is_due
    if is_due:
        assert (judged.rule, judged.due_on, judged.parts["battery"]) == ("battery-worn", told, 30)
        held = "Its battery holds 59 % of what it held when new, as told on 7 October 2024"
        assert judged.reason == f"{held}; the policy asks 60 % of a laptop."
    assert not assess(device(kind=Kind.MONITOR, battery_percent=percent, told_on=told), POLICY, TODAY).in_queue


@pytest.mark.parametrize(("months", "due_on"), [(6, date(2025, 1, 1)), (0, date(2024, 7, 1))])
def test_out_of_warranty_by_so_many_months(months: int, due_on: date) -> None:
    warranty = Warranty(assumed=True, kinds={Kind.DESKTOP: months})
    policy = PolicyInForce(msgspec.structs.replace(POLICY.policy, warranty=warranty), {})
    known = {"purchased_on": date(2021, 7, 1), "warranty_ends_on": date(2024, 7, 1)}
    judged = assess(device(kind=Kind.DESKTOP, **known), policy, TODAY)
    assert (judged.rule, judged.due_on) == ("out-of-warranty", due_on)
    assert "warranty ends on 1 July 2024" in judged.reason
    assert assess(device(kind=Kind.LAPTOP, **known), policy, TODAY).rule == "end-of-policy-life"


def test_an_accessibility_need_gives_points_of_its_own() -> None:
    asked = [request(RequestReason.SLOW, TODAY, accessibility_needs=needs) for needs in (True, False)]
    with_need, without = (assess(device(request=each), POLICY, TODAY) for each in asked)
    assert (with_need.parts["accessibility"], without.parts["accessibility"]) == (60, 0)
    words = explain(device(request=asked[0]), POLICY, TODAY)["accessibility"]
    assert words == "60 of 60: R-9 names an accessibility need."


def test_what_is_not_known_is_said() -> None:
    assert "purchase date is not known" in not_due_because(device(), POLICY, TODAY)
    assert "kind is not known" in not_due_because(device(kind=None), POLICY, TODAY)
    assert "more than 12 months ahead" in not_due_because(device(purchased_on=date(2024, 1, 1)), POLICY, TODAY)
    assert "yet" in not_due_because(device(state=None), POLICY, TODAY)
