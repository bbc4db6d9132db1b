"""What people are told to do next: once, where they do it, and no longer than it matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from bot.render import delivery, delivery_forms, mine, request
from schemas.vocabulary import Kind
from services.register.queries import OnShelf
from services.requests.queries import Cause, Reason, RequestView, Status, TimelineLine
from tests.fixtures.people import viewer

AT = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)
VERDICT = "When it falls due is not known yet; a manager's approval is needed."


def asked(**differs: Any) -> RequestView:
    """Amara's request, as it waits for Priya."""
    view = RequestView(
        request_id=UUID(int=1),
        reference="R-7",
        requester_email="amara.osei@metropolitan.example",
        requester_name="Amara Osei",
        unit="west",
        kind=Kind.LAPTOP,
        reason=Reason.SLOW,
        device_id=UUID(int=2),
        serial="K4C1000",
        explanation="Too slow",
        needed_by=None,
        accessibility_needs=False,
        delivery_place="Desk 4",
        status=Status.WAITING_FOR_APPROVAL,
        verdict=VERDICT,
        approver_email="priya.nair@metropolitan.example",
        decided_by=None,
        decided_at=None,
        refusal=None,
        raised_at=AT,
        timeline=[],
    )
    return msgspec.structs.replace(view, **differs)


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.RETURN_DUE, Status.CLOSED, Status.REFUSED])
def test_policys_answer_is_not_repeated_once_it_is_settled(status: Status) -> None:
    assert VERDICT in str(request.for_requester(asked(), {}, {}).blocks)
    assert VERDICT not in str(request.for_requester(asked(status=status), {}, {}).blocks)


def test_policys_answer_gives_way_to_who_decided() -> None:
    ordered = asked(status=Status.ORDERED, decided_by="priya.nair@metropolitan.example", decided_at=AT)
    assert VERDICT not in str(request.for_requester(ordered, {}, {}).blocks)
    assert VERDICT in str(request.for_requester(asked(status=Status.ORDERED, decided_by="policy"), {}, {}).blocks)


def test_while_a_delivery_has_a_message_of_its_own_only_that_says_what_to_do() -> None:
    back = asked(status=Status.RETURN_DUE, return_due_on=date(2024, 11, 18))
    assert "18 Nov 2024" in str(delivery.for_user(back, ()).blocks)
    told = str(request.for_requester(back, {}, {}).blocks)
    assert "18 Nov 2024" not in told
    assert "Our message about the delivery says what comes next." in told
    theirs = msgspec.structs.replace(back, recipient_name="Nadia Karim", recipient_email="nadia.karim@x.example")
    assert "Nadia Karim is told what comes next." in str(request.for_requester(theirs, {}, {}).blocks)


def test_a_question_and_its_answer_stand_once_before_who_decides() -> None:
    lines = ["Asked for", "Asked: Since when?", "Answered: May", "Ticket INC1 opened at the service desk"]
    timeline = [TimelineLine(at=AT, what=what, who="") for what in lines]
    told = str(request.for_approver(asked(question="Since when?", answer="May", timeline=timeline), {}, {}).blocks)
    assert told.count("Since when?") == 1
    assert told.count("May") == 1
    assert "Ticket INC1" in told


def test_what_is_to_be_handed_back_is_no_open_request() -> None:
    back = asked(reference="R-8", status=Status.RETURN_DUE, return_due_on=date(2024, 11, 18))
    told = mine.render(viewer("Amara Osei"), [], [asked(), back]).blocks
    texts = [block["text"]["text"] for block in told if block["type"] == "section"]
    assert "*R-7*" in texts[texts.index("*My open requests*") + 1]
    assert texts[texts.index("*To hand back*") + 1] == "• Laptop `K4C1000` · until 18 Nov 2024 · *R-8*"


def test_a_manager_sees_who_is_to_hand_back() -> None:
    leaving = asked(
        reference="R-8",
        requester_email="priya.nair@metropolitan.example",
        recipient_email="amara.osei@metropolitan.example",
        recipient_name="Amara Osei",
        status=Status.RETURN_DUE,
    )
    assert "• Laptop `K4C1000` · by Amara Osei · *R-8*" in str(mine.render(viewer("Priya Nair"), [], [leaving]).blocks)
    assert "• Laptop `K4C1000` · *R-8*" in str(mine.render(viewer("Amara Osei"), [], [leaving]).blocks)


def test_who_allocates_sees_for_whom_and_what_is_in_stock() -> None:
    shelf = [OnShelf(device_id=UUID(int=3), serial="NEW1", model="Latitude 5440", purchased_on=date(2024, 5, 1))]
    form = str(delivery_forms.allocate_form(asked(), shelf)["blocks"])
    assert "*R-7*: laptop for Amara Osei, to Desk 4" in form
    assert "`NEW1` Latitude 5440 · bought 1 May 2024" in form
    assert "No laptop is in stock." in str(delivery_forms.allocate_form(asked(), [])["blocks"])


def test_the_next_step_of_a_delivery_is_its_first_button() -> None:
    row = delivery.buttons(asked(), [Cause.ALLOCATE, Cause.SHIP, Cause.CANCEL], planner=True)[0].to_dict()
    assert [each["text"]["text"] for each in row["elements"]] == ["Ship…", "Allocate…", "Cancel…"]
    assert row["elements"][0]["style"] == "primary"
