"""What the desk says of a request's ticket is shown with the request: once, never back, and to those it concerns."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from schemas.events.desk import RequestTicket, RequestTicketChanged, TicketState
from services.database.pool import Pool
from services.errors import NotFound
from services.requests import queries
from services.requests.consumer import RequestsConsumer
from services.requests.queries import RequestView
from services.requests.rules.machine import Status
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.people import viewer
from tests.fixtures.requests import request_id
from tests.integration.requests.conftest import Asks

pytestmark = pytest.mark.integration


def changed(request: RequestView, revision: int, state: TicketState) -> RequestTicketChanged:
    return RequestTicketChanged(
        id=f"{request.request_id}/{revision}",
        source="quartermaster/desk",
        time=NOW + timedelta(minutes=revision),
        subject=str(request.request_id),
        data=RequestTicket(
            request_id=request.request_id,
            request_reference=request.reference,
            desk="servicenow",
            ticket="INC0012345",
            state=state,
            revision=revision,
            link="https://desk.example/incident.do?sys_id=1",
        ),
    )


async def test_a_request_shows_its_ticket_and_how_it_stands(pool: Pool, ask: Asks) -> None:
    raised = await ask()
    assert (raised.ticket, raised.ticket_state) == (None, None)
    events = [changed(raised, 1, "open"), changed(raised, 2, "in_progress"), changed(raised, 3, "resolved")]
    assert await deliver(pool, RequestsConsumer().apply, [*events, *events]) == [], "it moves no request"
    view = await queries.request_by_reference(pool, viewer("Amara Osei"), "R-1")
    assert view is not None
    assert (view.ticket, view.ticket_state, view.status) == ("INC0012345", "resolved", Status.WAITING_FOR_APPROVAL)
    assert view.ticket_link == "https://desk.example/incident.do?sys_id=1"
    assert [(line.what, line.who) for line in view.timeline[1:]] == [
        ("Ticket INC0012345 opened at the service desk", "quartermaster/desk"),
        ("Ticket INC0012345 taken up at the service desk", "quartermaster/desk"),
        ("Ticket INC0012345 resolved at the service desk", "quartermaster/desk"),
    ]
    assert view.timeline[-1].at == NOW + timedelta(minutes=3)


async def test_in_any_order_the_highest_revision_stands(pool: Pool, ask: Asks) -> None:
    raised = await ask()
    events = [changed(raised, 1, "open"), changed(raised, 2, "resolved"), changed(raised, 3, "in_progress")]
    for order in permutations(events):
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            for event in (*order, *order):
                await RequestsConsumer().apply(connection, [event])
            view = await queries.request_by_reference(connection, viewer("Priya Nair"), "R-1")
            await transaction.rollback()
        assert view is not None
        assert view.ticket_state == "in_progress"
        lines = [line.what for line in view.timeline if line.who == "quartermaster/desk"]
        assert len(lines) == len(set(lines))
        assert "taken up" in lines[-1]


async def test_a_ticket_first_heard_of_when_it_is_over_was_opened_too(pool: Pool, ask: Asks) -> None:
    raised = await ask()
    await deliver(pool, RequestsConsumer().apply, [changed(raised, 4, "closed")])
    view = await queries.request_by_reference(pool, viewer("Amara Osei"), "R-1")
    assert view is not None
    assert view.timeline[-1].what == "Ticket INC0012345 opened at the service desk and closed"


async def test_a_ticket_of_a_request_that_nobody_raised_raises(pool: Pool) -> None:
    unknown = RequestTicketChanged(
        id="x",
        source="quartermaster/desk",
        time=NOW,
        subject="x",
        data=RequestTicket(
            request_id=request_id(9), request_reference="R-9", desk="jira", ticket="T", state="open", revision=1
        ),
    )
    with pytest.raises(NotFound, match="R-9"):
        await deliver(pool, RequestsConsumer().apply, [unknown])
