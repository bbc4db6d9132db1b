"""Where a device stands: the desk's word, a wipe, a loss and custody, case by case and in every order."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import DeviceState as State
from services.custody.rules.machine import CUSTODY
from services.errors import BadInput
from services.losses.rules.machine import LOSS
from services.register.rules.facts import FROM_DESK, desk_moment, weight_of
from services.register.rules.lifecycle import LEFT, derived_state
from services.register.rules.words import CUSTODY_STATES, LOSS_STATES, Ending, Word, ending_of, told_by
from tests.fixtures.endings import custody, loss
from tests.fixtures.observations import START


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def said(state: str | None, at: float = 5, *, proved: float | None = None) -> Word | None:
    return None if state is None else Word(day(at), "1", state, None if proved is None else day(proved))


@pytest.mark.parametrize("state", State)
@given(wiped=st.none() | st.integers(0, 9), in_use=st.none() | st.integers(0, 9))
def test_no_record_of_the_desk_says_that_a_device_is_empty_or_gone(
    state: State, wiped: int | None, in_use: int | None
) -> None:
    found = derived_state(state, None if in_use is None else day(in_use), None if wiped is None else day(wiped))
    assert found not in LEFT
    if found is State.SANITISED:
        assert wiped is not None
        assert in_use is None or wiped > in_use


CASES: list[tuple[str, tuple[State | None, float], float | None, float | None, Word | None, Word | None, State]] = [
    ("an open loss moves nothing", (State.DEPLOYED, 1), 1, None, said("wiped"), None, State.DEPLOYED),
    ("a loss written off", (State.DEPLOYED, 1), 1, None, said("written_off"), None, State.WRITTEN_OFF),
    (
        "a desk that has not heard of the loss",
        (State.DEPLOYED, 9),
        9,
        None,
        said("written_off"),
        None,
        State.WRITTEN_OFF,
    ),
    ("found after all", (State.DEPLOYED, 1), 1, None, said("found"), None, State.DEPLOYED),
    ("custody has it", (State.DEPLOYED, 1), 1, None, None, said("wipe_requested"), State.RETURNED),
    ("a wipe proves it", (State.RETURNED, 4), 1, 6, None, said("wipe_requested"), State.SANITISED),
    ("a wipe before the last use proves nothing", (State.RETURNED, 4), 3, 2, None, said("returned"), State.RETURNED),
    ("certified", (State.RETURNED, 4), 1, None, None, said("sanitised"), State.SANITISED),
    ("destroyed, not recycled yet", (State.RETURNED, 4), 1, None, None, said("destroyed"), State.SANITISED),
    ("on its way to destruction", (State.RETURNED, 4), 1, None, None, said("to_destruction"), State.RETURNED),
    ("wiped on its way to destruction", (State.RETURNED, 4), 1, 6, None, said("to_destruction"), State.RETURNED),
    ("reviewed", (State.RETURNED, 4), 1, None, None, said("reviewed"), State.SANITISED),
    ("resold", (State.RETURNED, 4), 1, None, None, said("resold"), State.RESOLD),
    ("resold, and the desk shows it in stock", (State.IN_STOCK, 9), 9, None, None, said("resold"), State.RESOLD),
    (
        "given away, then said to be lost",
        (None, 0),
        None,
        None,
        said("written_off", 8),
        said("redistributed"),
        State.REDISTRIBUTED,
    ),
    ("put back into stock", (State.IN_STOCK, 9), 9, None, None, said("sanitised"), State.IN_STOCK),
    ("custody let go of it", (State.IN_STOCK, 4), 4, None, None, said("back_in_use"), State.IN_STOCK),
    ("missing from the store", (State.WRITTEN_OFF, 9), 1, None, None, said("sanitised"), State.WRITTEN_OFF),
    ("missing, then handed in", (State.WRITTEN_OFF, 4), 1, None, None, said("returned"), State.RETURNED),
    (
        "written off, then handed in",
        (State.RETURNED, 4),
        1,
        None,
        said("written_off", 3),
        said("returned"),
        State.RETURNED,
    ),
    (
        "handed in, then written off",
        (State.RETURNED, 4),
        1,
        None,
        said("written_off", 6),
        said("returned"),
        State.WRITTEN_OFF,
    ),
    (
        "custody heard of the write-off",
        (State.RETURNED, 4),
        1,
        None,
        said("written_off", 3),
        said("written_off"),
        State.WRITTEN_OFF,
    ),
    (
        "written off, handed in, and in stock",
        (State.IN_STOCK, 6),
        6,
        None,
        said("written_off", 3),
        said("back_in_use", 7),
        State.IN_STOCK,
    ),
    ("enrolled after its proof", (State.RETURNED, 4), 7, None, None, said("sanitised"), State.DEPLOYED),
    (
        "enrolled before its review, after its proof",
        (State.RETURNED, 4),
        7,
        None,
        None,
        said("reviewed", 8, proved=5),
        State.DEPLOYED,
    ),
    ("enrolled after its proof, returned again", (State.RETURNED, 8), 7, None, None, said("sanitised"), State.RETURNED),
    ("enrolled, returned and wiped again", (State.RETURNED, 8), 7, 9, None, said("sanitised"), State.SANITISED),
    ("no record at the desk", (None, 0), None, None, None, said("returned"), State.RETURNED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_where_a_device_stands(case: Any) -> None:
    _, (recorded, recorded_at), in_use, wiped, lost, held, expected = case
    found = derived_state(
        recorded,
        None if in_use is None else day(in_use),
        None if wiped is None else day(wiped),
        Ending(lost, held),
        None if recorded is None else day(recorded_at),
    )
    assert found is expected


@given(
    recorded=st.none() | st.sampled_from(State),
    moments=st.lists(st.integers(0, 9), min_size=5, max_size=5),
    lost=st.none() | st.sampled_from(sorted(LOSS_STATES)),
    held=st.none() | st.sampled_from(sorted(CUSTODY_STATES)),
)
def test_nothing_but_custodys_own_word_leads_out_of_the_house(
    recorded: State | None, moments: list[int], lost: str | None, held: str | None
) -> None:
    recorded_at, in_use, wiped, lost_at, held_at = map(day, moments)
    ending = Ending(lost and Word(lost_at, "1", lost), held and Word(held_at, "2", held))  # type: ignore[arg-type]
    found = derived_state(recorded, in_use, wiped, ending, recorded_at)
    assert (found in LEFT) == (held in {"resold", "redistributed", "recycled"})
    if found is State.SANITISED:
        assert wiped > in_use or (held in {"sanitised", "reviewed", "destroyed"} and in_use <= held_at)


def test_a_proof_that_fell_counts_from_when_it_came_anew_whatever_came_first() -> None:
    states = (("sanitised", 1), ("returned", 3), ("sanitised", 5), ("reviewed", 6))
    told = [told_by(custody("S1", state, number, day(at))) for number, (state, at) in enumerate(states, 2)]
    for words in permutations(told):
        assert ending_of(words).custody == Word(day(6), str(told[0].record_id), "reviewed", day(5))


def test_words_on_every_state_of_both_machines_are_understood() -> None:
    assert CUSTODY_STATES.keys() == CUSTODY.states.keys()
    assert LOSS.states.keys() == LOSS_STATES


@pytest.mark.parametrize("state", ["sanitised", "reviewed", "destroyed", "resold", "redistributed", "recycled"])
def test_a_word_that_needs_a_proof_and_has_none_is_refused(state: str) -> None:
    with pytest.raises(BadInput, match="without a proof"):
        told_by(custody("S1", state, 4, day(3), proof=None))


@pytest.mark.parametrize("word", [custody("S1", "lent", 1, day(1)), loss("S1", "lent", 1, day(1))])
def test_a_word_of_no_known_state_is_refused(word: Any) -> None:
    with pytest.raises(BadInput, match="no state of a"):
        told_by(word)


def test_of_one_record_the_highest_revision_counts_and_of_several_the_latest_whatever_the_order() -> None:
    words = [
        told_by(custody("S1", "returned", 1, day(1))),
        told_by(custody("S1", "sanitised", 2, day(2))),
        told_by(custody("S1", "reviewed", 3, day(2))),  # at the same moment as the word before it
        told_by(custody("S1", "back_in_use", 4, day(2))),
        told_by(loss("S1", "written_off", 2, day(3))),
        told_by(custody("S1", "returned", 1, day(4), number=2)),
    ]
    (ending,) = {ending_of(each) for each in permutations(words)}
    assert ending.custody is not None
    assert ending.loss is not None
    assert (ending.custody.state, ending.custody.at, ending.custody.proved_at) == ("returned", day(4), None)
    assert ending.loss.state == "written_off"
    assert ending_of(words[:3]).custody == Word(day(2), str(words[0].record_id), "reviewed", day(2))


@given(shuffle=st.randoms(use_true_random=False), split=st.integers(0, 6))
def test_two_halves_of_what_is_told_join_to_the_whole(shuffle: Random, split: int) -> None:
    words = [told_by(loss("S1", "written_off", 2, day(number), number=number)) for number in range(3)] + [
        told_by(custody("S1", "returned", 1, day(number), number=number)) for number in range(3)
    ]
    whole = ending_of(words)
    shuffle.shuffle(words)
    assert ending_of(words[:split]).joined(ending_of(words[split:])) == whole


@given(after=st.timedeltas(timedelta(days=-365), timedelta(days=36_500)))
def test_the_moment_of_a_desks_record_is_read_from_its_weight(after: timedelta) -> None:
    at = START + after
    assert desk_moment(weight_of(FROM_DESK, at)) == at
    assert desk_moment(weight_of(0, at)) is None
