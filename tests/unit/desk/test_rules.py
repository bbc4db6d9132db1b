"""What a request wants of its ticket, in which words, and what is sent next."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.desk import TicketState
from schemas.vocabulary import Kind, RequestReason
from services.desk.rules import (
    ENDED,
    OPENED,
    STATUSES,
    Seen,
    Standing,
    Wanted,
    correlation_of,
    heard,
    may_open,
    merged,
    next_update,
    words_of,
)
from tests.fixtures.requests import AMARA, AT

STATES: tuple[TicketState, ...] = ("open", "in_progress", "waiting", "resolved", "closed", "cancelled")
KEY = correlation_of("quartermaster", "R-1")


UNTOLD = ("waiting_for_approval", "approved", "waiting_for_money", "ordered", "refused")
"""Where requests stood when their events told no revision."""


def wanted(status: str = "waiting_for_approval", revision: int | None = None) -> Wanted:
    told = revision if revision is not None else 0 if status in UNTOLD else STATUSES.index(status) + 10
    return Wanted(
        status=status,
        told=told,
        since=told,
        requester_email=AMARA,
        unit="central-west-response",
        kind=Kind.LAPTOP,
        reason=RequestReason.BROKEN,
        serial="5CG0000001",
        needed_by=date(2024, 11, 18),
    )


def seen(state: TicketState, seconds: int, record: str = "abc") -> Seen:
    return Seen(desk="servicenow", record=record, ticket="INC1", state=state, at=AT + timedelta(seconds=seconds))


def test_a_ticket_says_what_the_desk_needs_and_no_more() -> None:
    words = words_of(wanted(), "R-1")
    assert words.title == "Replacement laptop for 5CG0000001 (R-1)"
    assert words.description.split("\n") == [
        "Replacement of a laptop, asked for in chat with Quartermaster as R-1.",
        "Why: the present one is broken.",
        "Present device: 5CG0000001",
        "Business unit: central-west-response",
        "Needed by: 18 November 2024",
    ]
    assert AMARA not in words.title + words.description


def test_a_need_of_health_is_nobodys_business_at_the_desk() -> None:
    for reason in RequestReason:
        words = words_of(Wanted(requester_email=AMARA, reason=reason), "R-1")
        assert "accessib" not in (words.title + words.description).lower()
        assert words.title == "Replacement device (R-1)"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("waiting_for_approval", "open"),
        ("approved", "in_progress"),
        ("waiting_for_money", "in_progress"),
        ("ordered", "in_progress"),
        ("shipped", "in_progress"),
        ("return_due", "in_progress"),
        ("closed", "resolved"),
        ("withdrawn", "cancelled"),
        ("refused", "cancelled"),
    ],
)
def test_each_status_wants_one_state(status: str, state: TicketState) -> None:
    assert wanted(status).state == state
    assert may_open(wanted(status)) is (status not in ("refused", "withdrawn", "closed"))


def test_one_note_says_where_it_stands_however_much_the_desk_missed() -> None:
    update = next_update(wanted("ordered"), OPENED, "open", KEY)
    assert update is not None
    assert update.note == "Money is set aside and the device is on order. [quartermaster-R-1/4]"
    assert update.mark == "[quartermaster-R-1/4]"
    assert update.state == "in_progress"
    assert next_update(wanted("ordered"), 4, "open", KEY) is None, "it has been told"


def test_the_marks_of_two_requests_are_never_part_of_one_another() -> None:
    marks = {
        update.mark
        for number in (1, 11, 12, 112)
        if (update := next_update(wanted("approved"), OPENED, "open", correlation_of("quartermaster", f"R-{number}")))
    }
    assert not any(one in other for one in marks for other in marks if one != other)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("state", STATES)
def test_what_the_desk_has_ended_is_never_opened_again(status: str, state: TicketState) -> None:
    update = next_update(wanted(status), 0, state, KEY)
    if state in ENDED:
        assert update is None
        return
    assert update is not None
    if wanted(status).state in ENDED:
        assert update.state == wanted(status).state
    elif state == "open" and wanted(status).state != "open":
        assert update.state == "in_progress"
    else:
        assert update.state is None, "its people have put it where it stands"


def test_a_request_is_the_same_in_whatever_order_it_was_heard_of() -> None:
    parts = [
        wanted(),
        wanted("approved"),
        Wanted(status="waiting_for_money", requester_email=AMARA),
        Wanted(status="ordered", requester_email=AMARA),
    ]
    outcomes = set()
    for order in permutations(parts):
        held = None
        for part in (*order, *order):
            held = merged(held, part)
        outcomes.add(held)
    assert outcomes == {wanted("ordered")}


LIFE = [
    *[("waiting_for_approval", 1), ("question_asked", 2), ("waiting_for_approval", 3), ("approved", 4)],
    *[("waiting_for_money", 5), ("allocated", 6), ("shipped", 7), ("delivered", 8), ("delivered", 9)],
    *[("return_due", 10), ("return_due", 11), ("return_due", 12)],
]


@given(st.permutations(LIFE), st.lists(st.sampled_from(LIFE)))
def test_a_whole_life_ends_the_same_in_whatever_order_it_is_heard(
    order: list[tuple[str, int]], again: list[tuple[str, int]]
) -> None:
    held, sent = None, OPENED
    notes: list[str] = []
    for status, revision in (*order, *again):
        held = merged(held, wanted(status, revision))
        if (update := next_update(held, sent, "in_progress", KEY)) is not None:
            notes.append(update.note)
            sent = held.revision
    assert held is not None
    assert (held.status, held.told) == ("return_due", 12)
    assert notes[-1].startswith("The device is to be handed back."), "the last word at the desk is the last status"


def test_a_reminder_does_not_reach_the_desk() -> None:
    held = None
    for status, revision in LIFE[:10]:
        held = merged(held, wanted(status, revision))
    assert held is not None
    told = held.revision
    for status, revision in LIFE[10:]:
        held = merged(held, wanted(status, revision))
    assert next_update(held, told, "in_progress", KEY) is None


def test_a_word_with_a_revision_and_one_without_come_in_the_old_order() -> None:
    assert merged(wanted("ordered"), wanted("shipped", 6)).status == "shipped"
    assert merged(wanted("withdrawn", 5), wanted("approved")).status == "withdrawn"
    assert merged(wanted("waiting_for_money"), wanted("approved", 2)).status == "waiting_for_money"


def test_a_leavers_ticket_speaks_of_a_return() -> None:
    leaving = Wanted(requester_email=AMARA, status="return_due", told=1, since=1, leaving=True, serial="5CG1")
    assert words_of(leaving, "R-9").title == "Return of device 5CG1 (R-9)"
    assert "Replacement" not in words_of(leaving, "R-9").description


@given(st.permutations([("open", 1), ("in_progress", 2), ("waiting", 3), ("resolved", 4)]))
def test_the_desks_latest_word_stands_in_whatever_order_it_came(order: list[tuple[TicketState, int]]) -> None:
    held = Standing()
    for state, at in (*order, *order):
        held = heard(held, seen(state, at))
    assert (held.state, held.state_at) == ("resolved", AT + timedelta(seconds=4))


def test_only_news_is_told() -> None:
    first = heard(Standing(), seen("open", 1))
    assert (first.revision, first.ticket) == (1, "INC1")
    assert heard(first, seen("open", 2)).revision == 1, "later, but the same"
    assert heard(first, seen("resolved", 1)) == first, "no later"
    assert heard(first, seen("resolved", 2)).revision == 2
    assert heard(first, seen("resolved", 9, record="other")) == first, "not our ticket"
