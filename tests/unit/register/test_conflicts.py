"""Two names of one serial: when they contradict each other, whatever order their words come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events.device import CheckIn, DeviceCheckedIn, DeviceObserved
from schemas.vocabulary import DeviceState
from services.register.batch import Batch
from services.register.rules.conflicts import Claimed, conflict_id, contradict, in_conflict, rivals, scheme_of
from services.register.rules.facts import Device
from services.register.rules.identity import Apart, names_of
from tests.fixtures.observations import START, asset, checked_in

DAY = timedelta(days=1)
A, B, C = "intune:mdm-1", "intune:mdm-2", "intune:mdm-3"


def seen(number: int, *days: float) -> list[DeviceObserved]:
    return [checked_in("S1", number, START + day * DAY) for day in days]


def fold(events: Sequence[DeviceObserved], apart: Apart | None = None) -> Batch:
    batch = Batch({}, apart)
    for event in events:
        batch.fold(event, names_of(event.data.identifiers))
    return batch


def conflicts(batch: Batch) -> dict[str, tuple[str, ...]]:
    found = {}
    for device in batch.touched.values():
        for scheme, names in rivals(device.claims or {}).items():
            claims = [device.claims[name].claimed() for name in sorted(names)] if device.claims else []
            if standing := in_conflict(scheme, claims):
                found[conflict_id("serial:S1", scheme)] = standing
    return found


CASES = {
    "A B A B over days": ([*seen(1, 0, 2, 4), *seen(2, 1, 3)], True),
    "A then B": ([*seen(1, 0, 1, 2), *seen(2, 3, 4, 9)], False),
    "A then B, a late A within a day": ([*seen(1, 0, 3.5), *seen(2, 3, 4, 9)], False),
    "A B A B within a day": ([*seen(1, 0, 0.5), *seen(2, 0.2, 0.8)], False),
    "a single word of B inside A": ([*seen(1, 0, 9), *seen(2, 4)], False),
    "A then B then A again for days": ([*seen(1, 0, 9), *seen(2, 4, 6)], True),
}


@pytest.mark.parametrize("case", CASES)
@given(shuffle=st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_a_conflict_is_two_names_alive_at_once_in_any_order(case: str, shuffle: Random) -> None:
    events, is_conflict = CASES[case]
    events = events * 2
    shuffle.shuffle(events)
    assert conflicts(fold(events)) == ({"serial:S1/intune": (A, B)} if is_conflict else {})


@given(
    words=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 200)), min_size=1, max_size=25),
    shuffle=st.randoms(use_true_random=False),
)
def test_order_does_not_matter(words: list[tuple[int, int]], shuffle: Random) -> None:
    events = [checked_in("S1", number, START + timedelta(hours=hour)) for number, hour in words]
    once = fold(events)
    shuffle.shuffle(events)
    again = fold(events + events)
    assert conflicts(again) == conflicts(once)
    (one,), (other,) = once.touched.values(), again.touched.values()
    assert said(one) == said(other)


def said(device: Device) -> object:
    claims = device.claims or {}
    return device.values, {name: (claims[name].claimed(), claims[name].values) for name in claims}


def test_records_that_prove_to_be_one_device_bring_their_days_with_them() -> None:
    unnamed = [checked_in(None, 2, START + day * DAY) for day in (1, 3)]
    late = [checked_in("S1", 2, START + 5 * DAY)]
    assert conflicts(fold([*seen(1, 0, 2, 4), *unnamed, *late])) == {"serial:S1/intune": (A, B)}
    assert conflicts(fold([*unnamed, *seen(1, 0, 2, 4), *late])) == {"serial:S1/intune": (A, B)}


def test_two_systems_that_manage_one_device_are_no_conflict() -> None:
    events: list[DeviceObserved] = []
    for day in range(9):
        at = START + day * DAY
        events.append(checked_in("S1", 1, at))
        events.append(jamf("computer/7", at))
        events.append(asset("S1", 1, at, state=DeviceState.DEPLOYED))
    batch = fold(events)
    assert conflicts(batch) == {}
    assert [device.claims for device in batch.touched.values()] == [None]


def jamf(name: str, at: datetime) -> DeviceCheckedIn:
    identifiers = {"serial": "S1", "jamf": name}
    data = CheckIn(identifiers=identifiers)
    return DeviceCheckedIn(id=f"{name}/{at}", source="jamf", time=at, subject="S1", data=data)


def test_a_re_enrolment_beside_another_system_that_was_ahead_is_no_conflict() -> None:
    """Intune was not heard for days, Jamf was: its days are not those of Intune's old record."""
    events: list[DeviceObserved] = [*seen(1, 0, 5), *(jamf("computer/7", START + day * DAY) for day in range(10))]
    assert conflicts(fold([*events, *seen(2, 6, 12, 20)])) == {}


def test_jamf_numbers_computers_and_mobile_devices_apart_and_a_udid_is_no_rival() -> None:
    days = range(4)
    both = [jamf(name, START + day * DAY) for day in days for name in ("computer/7", "mobile/7")]
    assert conflicts(fold(both)) == {"serial:S1/jamf": ("jamf:computer/7", "jamf:mobile/7")}
    by_udid = [jamf(name, START + day * DAY) for day in days for name in ("computer/7", "udid/4D2A")]
    assert conflicts(fold(by_udid)) == {}


@pytest.mark.parametrize(
    ("state", "is_conflict"),
    [
        (DeviceState.DEPLOYED, True),
        (DeviceState.IN_STOCK, True),
        (None, True),
        (DeviceState.RETURNED, False),
        (DeviceState.WRITTEN_OFF, False),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_asset_records_one_must_be_retired(state: DeviceState | None, is_conflict: bool, turned: bool) -> None:
    events: list[DeviceObserved] = [
        asset("S1", 1, START, state=state),
        asset("S1", 2, START + DAY, state=DeviceState.DEPLOYED),
    ]
    found = conflicts(fold(list(reversed(events)) if turned else events))
    assert found == ({"serial:S1/servicenow": ("servicenow:sys-1", "servicenow:sys-2")} if is_conflict else {})


def test_what_was_ruled_to_be_one_device_stays_one_and_a_third_name_is_asked_about() -> None:
    def alive(name: str) -> Claimed:
        return Claimed(name, START, START + 9 * DAY, None)

    ruled = [frozenset((A, B))]
    assert in_conflict("intune", [alive(A), alive(B)], ruled) == ()
    assert in_conflict("intune", [alive(A), alive(B), alive(C)], ruled) == (A, B, C)


@given(
    st.lists(st.datetimes(START.replace(tzinfo=None), START.replace(year=2026, tzinfo=None)), min_size=4, max_size=4)
)
def test_to_contradict_is_mutual(moments: list[datetime]) -> None:
    first, second, third, fourth = (moment.replace(tzinfo=START.tzinfo) for moment in moments)
    one = Claimed(A, min(first, second), max(first, second), None)
    other = Claimed(B, min(third, fourth), max(third, fourth), None)
    assert contradict("intune", one, other) == contradict("intune", other, one)


def test_only_names_of_systems_claim_a_serial() -> None:
    assert [scheme_of(name) for name in ("serial:S1", "asset_tag:T", "servicenow_ci:1", "intune:1")] == [
        None,
        None,
        None,
        "intune",
    ]


RULED = Apart([(B, "serial:S1")])


def apart_fold(events: Sequence[DeviceObserved]) -> dict[frozenset[str], list[object]]:
    """As the consumer folds: the serial is taken out of what was ruled not to own it."""
    batch = Batch({}, RULED)
    for event in events:
        names = names_of(event.data.identifiers)
        batch.fold(event, names[1:] if RULED.disown(names) else names)
    return {frozenset(device.names): list(device.claims or ()) for device in batch.touched.values()}


@given(shuffle=st.randoms(use_true_random=False))
def test_a_ruling_keeps_two_devices_apart_in_any_order(shuffle: Random) -> None:
    events = [*seen(1, 0, 2, 4), *seen(2, 1, 3), checked_in(None, 2, START)]
    shuffle.shuffle(events)
    assert apart_fold(events) == {frozenset({"serial:S1", A}): [], frozenset({B}): []}


TAGGED = Apart([("servicenow:sys-2", "serial:S1")])


@given(shuffle=st.randoms(use_true_random=False))
def test_a_shared_asset_tag_does_not_undo_a_ruling(shuffle: Random) -> None:
    def record(number: int, hour: int) -> DeviceObserved:
        made = asset("S1", number, START + timedelta(hours=hour))
        made.data.identifiers["asset_tag"] = "T"
        return made

    events = [record(number, hour) for number in (1, 2) for hour in range(3)]
    shuffle.shuffle(events)
    batch = Batch({}, TAGGED)
    for event in events:
        names = names_of(event.data.identifiers)
        batch.fold(event, names[1:] if TAGGED.disown(names) else names)
    assert {frozenset(device.names) for device in batch.touched.values()} == {
        frozenset({"serial:S1", "servicenow:sys-1", "asset_tag:T"}),
        frozenset({"servicenow:sys-2"}),
    }
