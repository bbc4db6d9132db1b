"""Who somebody is and how far they see: on invented trees of units and on trees that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import Role
from services.access.directory import Directory, Person, Unit
from services.access.viewer import SEES_ALL_UNITS, SEES_PRICES, viewer_for
from services.errors import ConfigurationError, NotAllowed

EMAIL = "somebody@metropolitan.example"


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    count = draw(st.integers(1, 8))
    # A unit's parent is one before it, so that the tree has no circle; several roots are allowed.
    parents = [draw(st.none() | st.integers(0, number - 1)) if number else None for number in range(count)]
    units = [
        Unit(code=f"unit-{number}", name=f"Unit {number}", parent=None if parent is None else f"unit-{parent}")
        for number, parent in enumerate(parents)
    ]
    people = [
        Person(
            email=f"person-{number}@metropolitan.example",
            name=f"Person {number}",
            unit=f"unit-{draw(st.integers(0, count - 1))}",
            roles=draw(st.frozensets(st.sampled_from(Role))),
        )
        for number in range(draw(st.integers(1, 8)))
    ]
    return Directory(units, people)


def lies_under(directory: Directory, code: str, above: str) -> bool:
    here: str | None = code
    while here is not None:
        if here == above:
            return True
        here = directory.units[here].parent
    return False


@given(directories())
def test_under_and_above_are_two_views_of_one_tree(directory: Directory) -> None:
    for code in directory.units:
        assert set(directory.under(code)) == {each for each in directory.units if lies_under(directory, each, code)}
        assert len(directory.under(code)) == len(set(directory.under(code)))
        assert all(code in directory.under(unit.code) for unit in directory.above(code))


@given(directories())
def test_nobody_approves_their_own_request_and_only_the_entitled_approve(directory: Directory) -> None:
    for person in directory.people.values():
        approver = directory.approver_of(person)
        if approver is None:
            assert not any(
                Role.DIRECTOR in other.roles for other in directory.people.values() if other.email != person.email
            )
            continue
        assert approver.email != person.email
        assert approver.roles & {Role.MANAGER, Role.DIRECTOR}
        if Role.DIRECTOR not in approver.roles:
            assert lies_under(directory, person.unit, approver.unit)


@given(directories())
def test_a_viewer_sees_no_further_than_their_roles(directory: Directory) -> None:
    for person in directory.people.values():
        viewer = viewer_for(person.email.upper(), directory)
        assert Role.STAFF in viewer.roles
        assert viewer.sees_prices == bool(person.roles & SEES_PRICES)
        if person.roles & SEES_ALL_UNITS:
            assert viewer.units is None
            assert viewer.unit_scope is None
        elif Role.MANAGER in person.roles:
            assert viewer.unit_scope == list(directory.under(person.unit))
        else:
            assert viewer.unit_scope == []


@given(directories())
def test_looking_at_one_unit_never_shows_more(directory: Directory) -> None:
    for person in directory.people.values():
        viewer = viewer_for(person.email, directory)
        for code in directory.units:
            wanted = set(directory.under(code))
            if viewer.units is None or wanted <= set(viewer.units):
                narrowed = viewer.narrowed_to(code, directory)
                assert set(narrowed.units or ()) == wanted
                assert (narrowed.roles, narrowed.email) == (viewer.roles, viewer.email)
            else:
                with pytest.raises(NotAllowed, match="your own unit"):
                    viewer.narrowed_to(code, directory)


def test_somebody_unknown_is_staff_who_sees_their_own_only() -> None:
    viewer = viewer_for("Stranger@Metropolitan.example", Directory([], []))
    assert (viewer.email, viewer.units, viewer.unit) == ("stranger@metropolitan.example", (), None)
    assert viewer.roles == {Role.STAFF}


def test_a_unit_that_lies_under_itself_is_refused() -> None:
    units = [Unit(code="a", name="A", parent="b"), Unit(code="b", name="B", parent="c")]
    with pytest.raises(ConfigurationError, match="lies under itself"):
        Directory([*units, Unit(code="c", name="C", parent="a")], [])
    with pytest.raises(ConfigurationError, match="lies under itself"):
        Directory([Unit(code="a", name="A", parent="a")], [])
    # A branch that hangs on a circle is no circle itself, but leads into one.
    with pytest.raises(ConfigurationError, match="lies under itself"):
        Directory([Unit(code="leaf", name="L", parent="a"), Unit(code="a", name="A", parent="a")], [])


def test_an_unknown_parent_or_unit_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="unknown parent nowhere"):
        Directory([Unit(code="a", name="A", parent="nowhere")], [])
    with pytest.raises(ConfigurationError, match="unknown unit nowhere"):
        Directory([Unit(code="a", name="A")], [Person(email=EMAIL, name="S", unit="nowhere")])


@pytest.mark.parametrize(
    "text", ["", "units: [", "units: []\npeople: [{email: x}]", "units: [{code: a, name: A, parent: 3}]\npeople: []"]
)
def test_a_file_that_cannot_be_read_says_which(tmp_path: Path, text: str) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"directory people\.yaml"):
        Directory.load(path)


def test_a_file_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml"):
        Directory.load(tmp_path / "nowhere.yaml")


def test_a_unit_is_found_by_code_or_name_in_any_case() -> None:
    directory = Directory([Unit(code="central-west", name="Central West")], [])
    for words in ("central-west", "Central West", "CENTRAL  west", "central west"):
        assert directory.find_unit(words) is directory.units["central-west"]
    assert directory.find_unit("west") is None
    assert directory.codes_by_name == {"central west": "central-west"}
