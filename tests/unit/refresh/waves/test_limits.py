"""No plan breaks a limit, whatever is asked; and the judge of that sees every kind of breach."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import Kind
from services.refresh.rules.waves import Choice, Problem, Source, greedily, optimum, plan
from services.refresh.rules.waves.room import breaches
from tests.unit.refresh.waves.instances import KINDS, LINES, UNITS, group, problem, quarters

few = st.integers(0, 6)
groups = st.builds(
    group,
    st.integers(1, 1000),
    st.integers(0, 5),
    line=st.sampled_from(LINES),
    kind=st.sampled_from((*KINDS, Kind.TABLET)),
    unit=st.sampled_from(UNITS),
    earliest=st.integers(0, 5),
)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Anything at all, also what makes little sense: no stock of what is wanted, leads beyond the year, no money."""
    by_kind = st.dictionaries(st.sampled_from(KINDS), few)
    many = draw(st.integers(1, 4))
    return problem(
        *draw(st.lists(groups, max_size=8)),
        quarters=quarters(*(draw(by_kind) for _ in range(many)), after=draw(st.integers(0, many))),
        price_pence=draw(st.dictionaries(st.sampled_from(KINDS), st.integers(0, 1200))),
        money_pence=draw(st.dictionaries(st.sampled_from(LINES), st.integers(0, 9000))),
        cap=draw(by_kind),
        stock=draw(by_kind),
        lead_quarters=draw(by_kind),
        delay_permille=draw(st.sampled_from((0, 100, 700))),
        floor_permille=draw(st.sampled_from((0, 300, 1000))),
    )


@settings(max_examples=120, deadline=None)
@given(problems())
def test_no_plan_breaks_a_limit_or_its_bound(asked: Problem) -> None:
    greedy, best = greedily(asked), plan(asked)
    small, optimum.SMALL = optimum.SMALL, 0
    try:
        near = plan(asked)
    finally:
        optimum.SMALL = small
    for found in (best, near, greedy):
        assert breaches(asked, found.choices) == []
        assert found.value <= found.bound
        served = [0] * len(asked.groups)
        for choice in found.choices:
            served[choice.group] += choice.count
        for rest in found.left_out:
            served[rest.group] += rest.count
        assert served == [one.count for one in asked.groups], "every entry is served or left out with a reason"
    assert best.method == "optimal"
    if asked.floor_permille == 0:
        assert max(near.value, greedy.value) <= best.value <= min(near.bound, greedy.bound)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_higher_need_is_served_first_and_no_later(asked: Problem) -> None:
    for found in (plan(asked), greedily(asked)):
        when: dict[int, list[int]] = {place: [] for place in range(len(asked.groups))}
        for choice in found.choices:
            when[choice.group] += [choice.delivered_in] * choice.count
        for place, one in enumerate(asked.groups):
            for other_place, other in enumerate(asked.groups):
                alike = (one.line, one.kind, one.earliest) == (other.line, other.kind, other.earliest)
                alike &= asked.floor_permille == 0 or one.earliest > 0 or one.unit == other.unit
                if alike and one.need > other.need and when[other_place]:
                    assert len(when[place]) == one.count
                    assert max(when[place], default=0) <= min(when[other_place])


def chosen(**facts: object) -> Choice:
    """One laptop ordered and delivered at once."""
    usual = Choice(group=0, source=Source.ORDER, ordered_in=0, delivered_in=0, count=1)
    return msgspec.structs.replace(usual, **facts)


STOCK = {"source": Source.STOCK}


@pytest.mark.parametrize(
    ("choices", "facts", "breach"),
    [
        ([chosen()], {"money_pence": {LINES[0]: 999}}, "money of refresh-and-bau"),
        ([chosen()], {"cap": {Kind.LAPTOP: 0}}, "cap of laptop"),
        ([chosen(**STOCK, count=2)], {"stock": {Kind.LAPTOP: 1}}, "stock of laptop"),
        ([chosen()], {"quarters": quarters({Kind.LAPTOP: 0}, {})}, "capacity for laptop in quarter 0"),
        ([chosen(count=4)], {}, "group 0 is served 4 times"),
        ([chosen()], {"stock": {Kind.LAPTOP: 1}}, "laptop arrives in quarter 0 while some lie on the shelf"),
        (
            [chosen(), chosen(**STOCK, ordered_in=1, delivered_in=1)],
            {"stock": {Kind.LAPTOP: 1}},
            "laptop arrives in quarter 0 while some lie on the shelf",
        ),
    ],
)
def test_breaches_are_seen(choices: list[Choice], facts: dict[str, object], breach: str) -> None:
    usual = {"quarters": quarters({}, {}), "money_pence": {LINES[0]: 9000}}
    assert breaches(problem(group(5, 3), **usual | facts), choices) == [breach]


def test_ways_that_there_are_not_are_seen() -> None:
    asked = problem(group(5, earliest=1), quarters=quarters({}, {}, after=1), money_pence={LINES[0]: 9000})
    assert len(breaches(asked, [chosen(), chosen(ordered_in=1, delivered_in=1), chosen(delivered_in=1)])) == 3
