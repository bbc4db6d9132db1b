"""Requests' rules: states, who may decide, whose device, and policy's words."""

from __future__ import annotations

from datetime import date
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import DeviceState, Kind
from services.errors import BadInput, NotAllowed, RuleBroken
from services.machines import Actor
from services.requests.rules import asking, deciding
from services.requests.rules.asking import DeviceFacts
from services.requests.rules.machine import ENDED, REQUEST, Cause, Status
from tests.fixtures.people import email_of, small_directory, viewer

DIRECTORY = small_directory()
TODAY = date(2024, 11, 4)
AMARA = email_of("Amara Osei")
DEVICE = DeviceFacts(
    serial="S1", kind=Kind.LAPTOP, unit="central-west-response", holder_email=AMARA, state=DeviceState.DEPLOYED
)


class Concerning(msgspec.Struct, frozen=True, kw_only=True):
    """The people and the unit of a request."""

    requester_email: str
    recipient_email: str | None
    approver_email: str | None
    unit: str


def may(name: str, *, requester: str = "Amara Osei", unit: str = "central-west-response") -> bool:
    person = viewer(name, DIRECTORY)
    return deciding.may_decide(
        person,
        deciding.managed_units(person, DIRECTORY),
        requester_email=email_of(requester),
        approver_email=deciding.approver_for(email_of(requester), unit, DIRECTORY),
        unit=unit,
    )


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("Amara Osei", False),
        ("Tom Whitfield", False),
        ("Priya Nair", True),
        ("Daniel Reyes", False),
        ("Helen Marsh", False),
        ("Idris Bello", False),
        ("Catherine Doyle", True),
        ("Ruth Adeyemi", False),
    ],
)
def test_who_may_decide(name: str, allowed: bool) -> None:
    assert may(name) is allowed


def test_nobody_decides_on_their_own_request() -> None:
    assert not may("Priya Nair", requester="Priya Nair", unit="central-west-response")
    assert may("Catherine Doyle", requester="Priya Nair", unit="central-west-response")
    with pytest.raises(RuleBroken, match="Nobody is named"):
        may("Catherine Doyle", requester="Catherine Doyle", unit="digital-data-technology")


def test_what_is_decided_stays_decided() -> None:
    for status, cause in product(ENDED, Cause):
        assert REQUEST.step(status, cause, Actor, lambda _: True) is None
    for status in set(Status) - {Status.WAITING_FOR_APPROVAL, Status.QUESTION_ASKED}:
        assert REQUEST.step(status, Cause.APPROVE, Actor, lambda _: True) is None
        assert REQUEST.step(status, Cause.REFUSE, Actor, lambda _: True) is None


def test_staff_ask_for_what_they_hold_and_managers_for_their_units() -> None:
    for name in ("Amara Osei", "Priya Nair"):
        person = viewer(name, DIRECTORY)
        assert asking.check_device(DEVICE, person, deciding.managed_units(person, DIRECTORY)) is DEVICE
    for name in ("Tom Whitfield", "Daniel Reyes", "Helen Marsh", "Ruth Adeyemi", "Catherine Doyle"):
        person = viewer(name, DIRECTORY)
        with pytest.raises(NotAllowed, match="not yours"):
            asking.check_device(DEVICE, person, deciding.managed_units(person, DIRECTORY))
    with pytest.raises(NotAllowed, match="not yours"):
        asking.check_device(None, viewer("Amara Osei"), frozenset())


def test_what_has_left_is_not_replaced() -> None:
    gone = DeviceFacts(
        serial="S1", kind=Kind.LAPTOP, unit="central-west", holder_email=AMARA, state=DeviceState.RECYCLED
    )
    with pytest.raises(RuleBroken, match="recycled"):
        asking.check_device(gone, viewer("Amara Osei"), frozenset())


def test_texts_that_cannot_be_taken() -> None:
    with pytest.raises(BadInput, match="explanation: is longer"):
        asking.check_texts("x" * 2001, "", None, TODAY)
    with pytest.raises(BadInput, match="needed by: lies in the past"):
        asking.check_texts("", "", date(2024, 11, 3), TODAY)
    asking.check_texts("x" * 2000, "Lobby", TODAY, TODAY)


@given(
    st.sampled_from([person.name for person in DIRECTORY.people.values()]),
    st.sampled_from([person.name for person in DIRECTORY.people.values()]),
    st.sampled_from([None, *(person.name for person in DIRECTORY.people.values())]),
    st.sampled_from(list(DIRECTORY.units)),
    st.sets(st.sampled_from([person.email for person in DIRECTORY.people.values()])),
    st.sampled_from(Status),
)
@settings(deadline=None)
def test_nobody_ever_decides_on_what_is_theirs_whatever_they_are_and_whom_they_cover_for(
    name: str, requester: str, recipient: str | None, unit: str, covers_for: set[str], status: Status
) -> None:
    person = viewer(name, DIRECTORY)
    request = Concerning(
        requester_email=email_of(requester),
        recipient_email=email_of(recipient) if recipient else None,
        approver_email=email_of("Catherine Doyle"),
        unit=unit,
    )
    actors = deciding.actors_of(person, deciding.managed_units(person, DIRECTORY), request, covers_for)
    offered = set(REQUEST.offers(status, actors, lambda _: True))
    if name in (requester, recipient or requester):
        assert Actor.APPROVER not in actors
        assert offered.isdisjoint({Cause.APPROVE, Cause.REFUSE, Cause.ASK})
    else:
        assert not actors & {Actor.REQUESTER, Actor.RECIPIENT}
        assert offered.isdisjoint({Cause.ANSWER, Cause.INSIST})


def test_a_deputy_decides_only_for_whom_they_cover() -> None:
    tom = viewer("Tom Whitfield", DIRECTORY)
    request = Concerning(
        requester_email=AMARA, approver_email=email_of("Priya Nair"), unit="central-west-response", recipient_email=None
    )
    for covers_for, decides in (([], False), ([email_of("Priya Nair")], True), ([email_of("Daniel Reyes")], False)):
        assert (Actor.APPROVER in deciding.actors_of(tom, frozenset(), request, covers_for)) is decides


def test_whom_it_is_for_is_not_named_to_decide() -> None:
    catherine = email_of("Catherine Doyle")
    assert deciding.approver_for(email_of("Priya Nair"), "central-west", DIRECTORY) == catherine
    with pytest.raises(RuleBroken, match="Nobody is named"):
        deciding.approver_for(email_of("Priya Nair"), "central-west", DIRECTORY, catherine)
