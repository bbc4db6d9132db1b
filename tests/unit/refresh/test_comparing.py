"""What a change of policy moves, counted by the code and the plain way; and the rules that differ, in words."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import FundingLine, Kind, RequestReason
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.policy_document import policy_of
from services.refresh.rules import Assessment, DeviceStanding, assess
from services.refresh.rules.comparing import Comparison
from services.refresh.rules.describe import differences
from tests.unit.refresh.policies import POLICY, device, request
from tests.unit.refresh.test_policy_schema import PLACES, SHIPPED
from tests.unit.refresh.test_score import DAYS, devices

TODAY, YEAR_ENDS = date(2024, 11, 4), date(2025, 3, 31)


CHANGED: dict[type, list[Any]] = {
    int: [7],
    bool: [False, True],
    str: ["2001-01-01", "desktop", "refresh-and-bau", "another"],
}
"""Values of which one at least may stand wherever one of the type does, and is another."""


def _at(place: tuple[Any, ...]) -> Any:
    value = SHIPPED
    for step in place:
        value = value[step]
    return value


def other(**blocks: Any) -> Policy:
    return msgspec.structs.replace(POLICY.policy, version="other", **blocks)


def _kind(kind: Kind, **changes: Any) -> dict[Kind, Any]:
    kinds = POLICY.policy.kinds
    return {**kinds, kind: msgspec.structs.replace(kinds[kind], **changes)}


NO_TABLETS = msgspec.structs.replace(
    POLICY.policy.kinds[Kind.TABLET].withdrawn,
    funding_line=FundingLine.REFRESH_AND_BAU,  # type: ignore[type-var]  # it is withdrawn
)
POLICIES = [
    PolicyInForce(policy, POLICY.tier_units)
    for policy in (
        POLICY.policy,
        other(kinds=_kind(Kind.LAPTOP, life_months=36)),
        other(battery=None, warranty=None),
        other(kinds=_kind(Kind.TABLET, withdrawn=NO_TABLETS)),
        other(horizon=msgspec.structs.replace(POLICY.policy.horizon, months=1)),
    )
]


def _queue(judged: dict[UUID, Assessment], seen: dict[UUID, DeviceStanding]) -> list[UUID]:
    def turn(each: UUID) -> tuple[int, date | None, UUID]:
        request = seen[each].request
        ordered = request is not None and request.ordered
        return (2000 if ordered else 1000) - judged[each].score, judged[each].due_on, each

    return sorted((each for each, one in judged.items() if one.in_queue and seen[each].kind), key=turn)


@given(
    fleet=st.lists(devices(), max_size=25),
    before=st.sampled_from(POLICIES),
    after=st.sampled_from(POLICIES),
    today=DAYS,
)
def test_counted_as_one_would_by_hand(
    fleet: list[DeviceStanding], before: PolicyInForce, after: PolicyInForce, today: date
) -> None:
    seen = {UUID(int=number): one for number, one in enumerate(fleet)}
    old, new = ({each: assess(one, by, today) for each, one in seen.items()} for by in (before, after))
    found = Comparison(YEAR_ENDS)
    for each, one in seen.items():
        found.add(one.kind, old[each], new[each], ordered=one.request is not None and one.request.ordered)
    found.finish()
    queues = _queue(old, seen), _queue(new, seen)
    stay = set(queues[0]) & set(queues[1])

    def of_kind(ids: set[UUID], kind: Kind) -> int:
        return sum(seen[each].kind is kind for each in ids)

    for kind in Kind:
        moves = found.kinds.get(kind)
        assert (moves.before if moves else 0) == of_kind(set(queues[0]), kind)
        assert (moves.after if moves else 0) == of_kind(set(queues[1]), kind)
        assert (moves.enter if moves else 0) == of_kind(set(queues[1]) - stay, kind)
        assert (moves.leave if moves else 0) == of_kind(set(queues[0]) - stay, kind)
        rescored = {each for each in stay if old[each].score != new[each].score}
        assert (moves.rescored if moves else 0) == of_kind(rescored, kind)
        replaced = {each for each in stay if queues[0].index(each) != queues[1].index(each)}
        assert (moves.replaced if moves else 0) == of_kind(replaced, kind)
        relined = {each for each in stay if old[each].line is not new[each].line}
        assert (moves.lines if moves else 0) == of_kind(relined, kind)
    if before is after:
        assert found.due_more == {}


def test_what_is_ordered_stands_after_all_that_waits() -> None:
    ordered = device(kind=Kind.MONITOR, request=request(RequestReason.BROKEN, TODAY, ordered=True))
    worn = device(purchased_on=date(2024, 1, 1), battery_percent=10, told_on=TODAY)
    found = Comparison(YEAR_ENDS)
    for each in (ordered, worn):
        before, after = (assess(each, by, TODAY) for by in (POLICIES[0], POLICIES[2]))
        found.add(each.kind, before, after, ordered=each is ordered)
    found.finish()
    assert (found.kinds[Kind.LAPTOP].leave, found.kinds[Kind.MONITOR].replaced) == (1, 1)
    assert found.due_more == {(Kind.LAPTOP, FundingLine.REFRESH_AND_BAU): -1}
    assert (Kind.MONITOR, FundingLine.REFRESH_AND_BAU) not in found.due_before, "its money is committed"


def test_a_policy_differs_from_itself_in_nothing() -> None:
    assert differences(POLICY.policy, POLICY.policy) == []
    assert differences(POLICY.policy, other()) == ["nothing but the version"]


@pytest.mark.parametrize("place", [each for each in PLACES if isinstance(_at(each), int | str)], ids=str)
def test_whatever_is_changed_is_told(place: tuple[Any, ...]) -> None:
    content = copy.deepcopy(SHIPPED)
    holder = content
    for step in place[:-1]:
        holder = holder[step]
    before = holder[place[-1]]
    for value in CHANGED[type(before)]:
        if value == before:
            continue
        holder[place[-1]] = value
        try:
            changed = policy_of(content)
        except msgspec.ValidationError:
            continue
        told = differences(POLICY.policy, changed)
        assert told == ["nothing but the version"] if place == ("version",) else "nothing" not in told[0]
        return
    pytest.fail(f"nothing else may stand at {place}")


def test_every_sort_of_difference_is_a_sentence() -> None:
    planning = msgspec.structs.replace(POLICY.policy.planning, floor_permille=300)
    changed = other(kinds=_kind(Kind.LAPTOP, life_months=36), battery=None, planning=planning)
    assert differences(POLICY.policy, changed) == [
        "life of a laptop: 36 months (assumed), before 48 months (assumed)",
        "of each unit's need first: 300 thousandths (assumed), before 200 thousandths (assumed)",
        "gone: battery that makes a laptop due: one below 60 % (assumed)",
        "gone: battery that makes a smartphone due: one below 70 % (assumed)",
    ]
    assert "new: battery that makes a laptop due: one below 60 % (assumed)" in differences(changed, POLICY.policy)
