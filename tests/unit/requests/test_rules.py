"""Requests' rules: states, who may decide, whose device, and policy's words."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from schemas.vocabulary import DeviceState, Kind
from services.errors import BadInput, NotAllowed, RuleBroken
from services.machines import Actor
from services.requests.rules import asking, deciding
from services.requests.rules.asking import DeviceFacts
from services.requests.rules.machine import ENDED, REQUEST, Cause, Status
from services.requests.rules.verdicts import Reason
from tests.fixtures.people import email_of, small_directory, viewer

DIRECTORY = small_directory()
TODAY = date(2024, 11, 4)
AMARA = email_of("Amara Osei")
DEVICE = DeviceFacts(
    serial="S1", kind=Kind.LAPTOP, unit="central-west-response", holder_email=AMARA, state=DeviceState.DEPLOYED
)


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


def facts(*, warranty: date | None = None, due: date | None = None) -> DeviceFacts:
    return DeviceFacts(
        serial="S1",
        kind=Kind.LAPTOP,
        unit="central-west",
        holder_email=AMARA,
        state=DeviceState.DEPLOYED,
        warranty_ends_on=warranty,
        due_on=due,
    )


@pytest.mark.parametrize(
    ("device", "reason", "words"),
    [
        (facts(due=TODAY), Reason.BROKEN, "due anyway, since 4 November 2024"),
        (facts(due=date(2025, 1, 6)), Reason.SLOW, "falls due on 6 January 2025"),
        (facts(due=date(2026, 1, 1)), Reason.SLOW, "not due"),
        (facts(warranty=TODAY), Reason.BROKEN, "under warranty until 4 November 2024: repair first"),
        (facts(warranty=date(2024, 11, 3)), Reason.BROKEN, "not due"),
        (facts(warranty=date(2026, 1, 1)), Reason.SLOW, "not due"),
        (facts(due=TODAY), Reason.STOLEN, "A stolen device"),
        (facts(), Reason.ACCESSIBILITY, "accessibility need"),
        (None, Reason.BROKEN, "manager's approval is needed"),
    ],
)
def test_policys_words(device: DeviceFacts | None, reason: Reason, words: str) -> None:
    assert words in asking.verdict(device, reason, TODAY)


def test_texts_that_cannot_be_taken() -> None:
    with pytest.raises(BadInput, match="explanation: is longer"):
        asking.check_texts("x" * 2001, "", None, TODAY)
    with pytest.raises(BadInput, match="needed by: lies in the past"):
        asking.check_texts("", "", date(2024, 11, 3), TODAY)
    asking.check_texts("x" * 2000, "Lobby", TODAY, TODAY)
