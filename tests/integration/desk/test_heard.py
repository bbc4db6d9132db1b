"""What the desk says of our tickets: believed when it is newer, told on when it is news, in any order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from schemas.events.desk import RequestTicketChanged
from services.database.pool import Pool
from tests.fixtures.requests import AT, approved, progressed, raised, reported, request_id
from tests.integration.desk.conftest import Start, Tell
from tests.integration.desk.standins import BEGINS, DeskStandIn
from tests.integration.desk.waiting import in_step, told

pytestmark = pytest.mark.integration

LATER = BEGINS + timedelta(hours=1)


async def test_what_the_desk_closed_is_told_and_not_opened_again(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    await tell(raised())
    await in_step(pool)
    (ticket,) = stand_in.tickets()
    row = await pool.fetchrow("SELECT desk, record, ticket FROM tickets")
    assert row is not None
    stand_in.agent_sets(ticket.record, "closed")
    (changed,) = await tell(reported("closed", LATER, **dict(row)))
    assert isinstance(changed, RequestTicketChanged)
    assert (changed.data.request_id, changed.data.state, changed.data.revision) == (request_id(1), "closed", 2)
    assert (changed.time, changed.data.ticket) == (LATER, row["ticket"])
    assert changed.data.link is not None
    await tell(approved(), progressed("ordered"))
    await in_step(pool)
    (ticket,) = stand_in.tickets()
    assert (ticket.state, ticket.notes) == ("closed", [])
    assert await told(pool) == [("R-1", "open", 1), ("R-1", "closed", 2)]


async def test_what_it_closed_unheard_is_seen_before_anything_is_sent(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    await tell(raised())
    await in_step(pool)
    stand_in.agent_sets(stand_in.tickets()[0].record, "resolved")
    await tell(approved())
    await in_step(pool)
    (ticket,) = stand_in.tickets()
    assert (ticket.state, ticket.notes) == ("resolved", [])
    assert await told(pool) == [("R-1", "open", 1), ("R-1", "resolved", 2)]


async def test_a_ticket_that_the_desk_opens_again_hears_what_it_missed(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    await tell(raised())
    await in_step(pool)
    record = stand_in.tickets()[0].record
    stand_in.agent_sets(record, "resolved")
    await tell(approved())
    await in_step(pool)
    stand_in.agent_sets(record, "in_progress")
    row = await pool.fetchrow("SELECT desk, record, ticket FROM tickets")
    assert row is not None
    await tell(reported("in_progress", LATER, **dict(row)))
    await in_step(pool)
    assert [note[-22:] for note in stand_in.tickets()[0].notes] == ["[quartermaster-R-1/2]".rjust(22)]


async def test_a_ticket_whose_opening_we_missed_is_known_by_its_correlation(pool: Pool, tell: Tell) -> None:
    await tell(raised(1), raised(2))
    for correlation in ("R-1", "other-R-1", "quartermaster-R-9", None):
        stray = reported("open", AT, desk="jira", record=f"of {correlation}", ticket="X-1", correlation=correlation)
        assert await tell(stray) == []
    (changed,) = await tell(
        reported("open", AT, desk="jira", record="7", ticket="X-7", correlation="quartermaster-R-2")
    )
    assert isinstance(changed, RequestTicketChanged)
    assert (changed.data.request_reference, changed.data.ticket) == ("R-2", "X-7")
    cloned = reported("closed", LATER, desk="jira", record="8", ticket="X-8", correlation="quartermaster-R-2")
    assert await tell(cloned) == [], "a copy of our ticket is not our ticket"
    row = await pool.fetchrow("SELECT record, sent_revision FROM tickets WHERE reference = 'R-2'")
    assert row is not None
    assert tuple(row) == ("7", 1)


async def test_any_events_in_any_order_and_twice_end_in_one_state(pool: Pool, tell: Tell) -> None:
    ticket = {"desk": "servicenow", "record": "a" * 32, "ticket": "INC1", "correlation": "quartermaster-R-1"}
    events = [
        raised(),
        approved(),
        progressed("waiting_for_money"),
        progressed("ordered"),
        reported("open", AT, **ticket),
        reported("in_progress", AT + timedelta(minutes=1), **ticket),
        reported("resolved", AT + timedelta(minutes=2), **ticket),
    ]
    chance = random.Random(7)
    ends = set()
    for _ in range(25):
        await pool.execute("TRUNCATE tickets, inbox, outbox")
        # The request comes first: a report of a request we never heard of is left for the sender to find.
        order = [events[chance.randrange(4)], *chance.sample(events * 2, len(events) * 2)]
        for event in order:
            await tell(event)
        # The inbox forgets in time; a repeat it does not know changes nothing either.
        await pool.execute("TRUNCATE inbox")
        for event in chance.sample(events, len(events)):
            await tell(event)
        row = await pool.fetchrow("""
            SELECT wanted::text, wanted_revision, sent_revision, desk, record, ticket, state, state_at FROM tickets
        """)
        assert row is not None
        ends.add(tuple(row))
    assert len(ends) == 1
    assert next(iter(ends))[-2:] == ("resolved", AT + timedelta(minutes=2))
