"""Whatever order words on a person come in, the newest of each fact holds."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.register.rules.people import PersonStanding, PersonWord, after, first_heard
from tests.fixtures.observations import START

WORDS = st.builds(
    PersonWord,
    at=st.integers(0, 12).map(lambda hour: START + timedelta(hours=hour)),
    active=st.booleans(),
    email=st.sampled_from([None, "a@x.example", "b@x.example"]),
    unit=st.sampled_from([None, "west", "north"]),
    removed=st.booleans(),
)


def told(words: list[PersonWord]) -> PersonStanding:
    person = first_heard("p", words[0])
    for word in words[1:]:
        person = after(person, word)
    return person


@given(st.lists(WORDS, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(words: list[PersonWord], shuffle: Random) -> None:
    def facts(person: PersonStanding) -> tuple[object, ...]:
        return person.email, person.email_at, person.unit, person.unit_at, person.active, person.active_at

    again = words * 2
    shuffle.shuffle(again)
    assert facts(told(again)) == facts(told(words))


def word(hour: int, *, active: bool = True, unit: str | None = "west", removed: bool = False) -> PersonWord:
    email = None if removed else "Amara@X.example"
    at = START + timedelta(hours=hour)
    return PersonWord(at=at, active=active, email=email, unit=None if removed else unit, removed=removed)


def test_a_removal_takes_the_account_and_leaves_address_and_unit() -> None:
    person = told([word(0), word(5, active=False, removed=True), word(9, active=False, removed=True)])
    assert (person.active, person.email, person.unit) == (False, "amara@x.example", "west")
    assert person.since == START + timedelta(hours=5), "repeated words do not move when somebody left"


def test_somebody_moved_when_the_new_unit_was_first_told() -> None:
    person = told([word(0), word(4, unit="north"), word(8, unit="north")])
    assert (person.unit, person.unit_since, person.since) == ("north", START + timedelta(hours=4), START)


def test_a_late_word_that_contradicts_moves_since_to_the_newest() -> None:
    person = told([word(1, active=False), word(9, active=False), word(4)])
    assert (person.active, person.since) == (False, START + timedelta(hours=9))
