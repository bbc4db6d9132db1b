"""Who needs what a request says of somebody's health."""

from __future__ import annotations

import msgspec
import pytest

from schemas.vocabulary import Role
from services.access.directory import Directory, Person
from services.access.viewer import viewer_for
from services.requests.rules.details import may_see_needs, may_see_photos
from services.requests.rules.machine import Status
from tests.fixtures.people import email_of, small_directory, viewer

AMARA, TOM, PRIYA = (email_of(name) for name in ("Amara Osei", "Tom Whitfield", "Priya Nair"))


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A request of Amara's for Tom, in Central West."""

    status: Status
    requester_email: str = AMARA
    recipient_email: str | None = TOM
    approver_email: str | None = PRIYA
    unit: str = "central-west-response"


def sees(name: str, status: Status, *covers_for: str) -> bool:
    return may_see_needs(viewer(name), Told(status=status), covers_for)


def sees_photos(name: str, status: Status, *covers_for: str) -> bool:
    return may_see_photos(viewer(name), Told(status=status), covers_for)


@pytest.mark.parametrize("name", ["Amara Osei", "Tom Whitfield", "Catherine Doyle", "Ruth Adeyemi"])
@pytest.mark.parametrize("status", Status)
def test_who_asked_for_whom_and_who_sees_everything_always(name: str, status: Status) -> None:
    assert sees(name, status)
    assert sees_photos(name, status)


def test_who_decides_while_it_is_undecided_and_not_after() -> None:
    for may in (sees, sees_photos):
        assert may("Priya Nair", Status.WAITING_FOR_APPROVAL)
        assert may("Helen Marsh", Status.QUESTION_ASKED, PRIYA), "the cover too"
        assert not any(may("Priya Nair", status) for status in (Status.ORDERED, Status.CLOSED, Status.REFUSED))
        assert not any(may("Daniel Reyes", status) for status in Status), "he manages another command"


def test_planners_while_the_device_is_prepared_and_finance_never() -> None:
    assert sees("Helen Marsh", Status.ALLOCATED)
    assert sees("Helen Marsh", Status.WAITING_FOR_CHECK)
    for may in (sees, sees_photos):
        assert not any(
            may("Helen Marsh", status) for status in (Status.WAITING_FOR_APPROVAL, Status.RETURN_DUE, Status.CLOSED)
        )
        assert not any(may("Idris Bello", status) for status in Status)
    assert sees_photos("Helen Marsh", Status.WAITING_FOR_REPAIR)
    assert not sees("Helen Marsh", Status.WAITING_FOR_REPAIR)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.FINANCE])
def test_who_sees_all_units_manages_their_own_alone(role: Role) -> None:
    base = small_directory()
    both = Person(email="both@x.example", name="Both", unit="central-north", roles=frozenset({Role.MANAGER, role}))
    person = viewer_for(both.email, Directory(base.units.values(), [*base.people.values(), both]))
    told = Told(status=Status.WAITING_FOR_APPROVAL)
    assert person.units is None
    assert not may_see_needs(person, told)
    assert not may_see_photos(person, told)
    assert may_see_needs(person, msgspec.structs.replace(told, unit="central-north-response"))
