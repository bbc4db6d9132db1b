"""Scores: their parts add up, they only grow with age, and need comes before age."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import DeviceState, Kind, RequestReason
from services.refresh.policy import BROKEN_NOW, PolicyInForce
from services.refresh.rules import DeviceStanding, assess, explain
from services.refresh.rules.assess import judge_anew
from services.refresh.rules.score import score_parts
from tests.unit.refresh.policies import FRONTLINE, OFFICE, POLICY, device, request

DAYS = st.dates(date(2017, 1, 1), date(2027, 12, 31))
MODELS = [None, "Latitude 7400", "Latitude 5420", "iPhone 13", "OptiPlex 7050", "Surface Go 2", "Galaxy XCover6 Pro"]


def devices(unit: st.SearchStrategy[str | None] | None = None) -> st.SearchStrategy[DeviceStanding]:
    """Any device in use."""
    return st.builds(
        device,
        state=st.sampled_from([DeviceState.DEPLOYED, DeviceState.IN_REPAIR]),
        kind=st.sampled_from([*Kind, None]),
        model=st.sampled_from(MODELS),
        unit=unit or st.sampled_from([FRONTLINE, OFFICE, None]),
        os=st.sampled_from(["Windows", "iOS"]),
        os_version=st.sampled_from(["10.0.19045.4957", "16.7.10", "18.1"]),
        purchased_on=st.none() | DAYS,
        failures=st.lists(DAYS, max_size=5).map(sorted).map(tuple),
        request=st.none()
        | st.builds(
            request, st.sampled_from(RequestReason), DAYS, ordered=st.booleans(), accessibility_needs=st.booleans()
        ),
        warranty_ends_on=st.none() | DAYS,
        battery_percent=st.none() | st.integers(0, 110),
        told_on=st.none() | DAYS,
    )


@given(seen=devices(), today=DAYS)
def test_parts_add_up_to_a_score_of_at_most_1000(seen: DeviceStanding, today: date) -> None:
    judged = assess(seen, POLICY, today)
    assert sum(judged.parts.values()) == judged.score
    assert 0 <= judged.score <= 1000
    assert all(points >= 0 for points in judged.parts.values())
    assert bool(judged.parts) == judged.in_queue
    assert set(explain(seen, POLICY, today)) == set(score_parts(seen, POLICY, today))


@given(seen=devices(), earlier=DAYS, later=DAYS, today=DAYS)
def test_an_older_device_never_scores_less(seen: DeviceStanding, earlier: date, later: date, today: date) -> None:
    older, newer = (msgspec.structs.replace(seen, purchased_on=day) for day in sorted((earlier, later)))
    assert sum(score_parts(older, POLICY, today).values()) >= sum(score_parts(newer, POLICY, today).values())


def _without_need(seen: DeviceStanding, unit: str) -> DeviceStanding:
    return msgspec.structs.replace(seen, unit=unit, request=None, failures=())


@given(seen=devices(), other=devices(), today=DAYS)
def test_the_first_tier_comes_before_the_merely_old_and_worn(
    seen: DeviceStanding, other: DeviceStanding, today: date
) -> None:
    frontline = score_parts(_without_need(seen, FRONTLINE), POLICY, today)
    office = score_parts(_without_need(other, OFFICE), POLICY, today)
    assert sum(frontline.values()) > sum(office.values())


@given(seen=devices(), other=devices(), reason=st.sampled_from(BROKEN_NOW), today=DAYS)
def test_broken_now_comes_before_everything_that_works(
    seen: DeviceStanding, other: DeviceStanding, reason: RequestReason, today: date
) -> None:
    broken = msgspec.structs.replace(seen, request=request(reason, today))
    working = msgspec.structs.replace(other, request=None)
    assert sum(score_parts(broken, POLICY, today).values()) > sum(score_parts(working, POLICY, today).values())


@settings(max_examples=300)
@given(seen=devices(), today=DAYS, days=st.integers(0, 800))
def test_a_judgement_holds_until_the_day_it_names(seen: DeviceStanding, today: date, days: int) -> None:
    judged = assess(seen, POLICY, today)
    until = today + timedelta(days=days)
    if judged.changes_on is None or until < judged.changes_on:
        later = assess(seen, POLICY, until)
        assert later == judged


FACTS = ("state", "kind", "model", "unit", "os", "os_version", "purchased_on", "warranty_ends_on", "battery_percent")


@settings(max_examples=300)
@given(seen=devices(), other=devices(), today=DAYS)
def test_what_is_remembered_of_one_holds_for_all_that_are_alike(
    seen: DeviceStanding, other: DeviceStanding, today: date
) -> None:
    """Each stands beside one that differs in a single fact, so that a fact left out of what is alike is found."""
    policy, plain = PolicyInForce(POLICY.policy, POLICY.tier_units), {"failures": (), "request": None}
    base = msgspec.structs.replace(seen, **plain)
    fleet = [base, *(msgspec.structs.replace(base, **{fact: getattr(other, fact)}) for fact in FACTS)]
    fleet += [msgspec.structs.replace(each, told_on=other.told_on) for each in fleet]
    fleet += [seen, msgspec.structs.replace(base, request=other.request, failures=other.failures)]
    for each in (*fleet, *fleet):
        assert assess(each, policy, today) == judge_anew(each, POLICY, today)
