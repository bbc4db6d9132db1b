"""Who needs what a request says of somebody's health."""

from __future__ import annotations

import pytest

from services.requests.rules.details import may_see_details
from services.requests.rules.machine import Status
from tests.fixtures.people import email_of, viewer

AMARA, TOM, PRIYA = (email_of(name) for name in ("Amara Osei", "Tom Whitfield", "Priya Nair"))


def sees(name: str, status: Status, *covers_for: str) -> bool:
    return may_see_details(
        viewer(name),
        requester_email=AMARA,
        recipient_email=TOM,
        approver_email=PRIYA,
        status=status,
        covers_for=covers_for,
    )


@pytest.mark.parametrize("name", ["Amara Osei", "Tom Whitfield", "Catherine Doyle", "Ruth Adeyemi"])
@pytest.mark.parametrize("status", Status)
def test_who_asked_for_whom_and_who_sees_everything_always(name: str, status: Status) -> None:
    assert sees(name, status)


def test_who_decides_while_it_is_undecided_and_not_after() -> None:
    assert sees("Priya Nair", Status.WAITING_FOR_APPROVAL)
    assert sees("Helen Marsh", Status.QUESTION_ASKED, PRIYA), "the cover too"
    assert not any(sees("Priya Nair", status) for status in (Status.ORDERED, Status.CLOSED, Status.REFUSED))


def test_planners_while_the_device_is_prepared_and_finance_never() -> None:
    assert sees("Helen Marsh", Status.ALLOCATED)
    assert sees("Helen Marsh", Status.WAITING_FOR_CHECK)
    assert not any(
        sees("Helen Marsh", status) for status in (Status.WAITING_FOR_APPROVAL, Status.RETURN_DUE, Status.CLOSED)
    )
    assert not any(sees("Idris Bello", status) for status in Status)
