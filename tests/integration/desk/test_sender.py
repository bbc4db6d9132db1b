"""One ticket a request, whatever happens on the way: the sender before both desks, on real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from services.database.pool import Pool
from services.desk.sender import Sender
from tests.fixtures.requests import approved, progressed, raised, refused, request_id
from tests.integration.desk.conftest import QUICK, Start, Tell, desk_at
from tests.integration.desk.jira_standin import JiraStandIn
from tests.integration.desk.standins import (
    DROPPED_AFTER,
    DROPPED_BEFORE,
    HANGS_AFTER,
    DeskStandIn,
    Mishap,
)
from tests.integration.desk.waiting import in_step, told

pytestmark = pytest.mark.integration

ORDERED = "Money is set aside and the device is on order. [quartermaster-R-1/4]"


async def test_a_request_gets_a_ticket_that_follows_it(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    await tell(raised())
    await in_step(pool)
    (ticket,) = stand_in.tickets()
    assert (ticket.key, ticket.state, ticket.notes) == ("quartermaster-R-1", "open", [])
    await tell(approved())
    await in_step(pool)
    await tell(progressed("waiting_for_money"), progressed("ordered"))
    await in_step(pool)
    (ticket,) = stand_in.tickets()
    assert ticket.state == "in_progress"
    assert ticket.notes == ["The request is approved; money is being set aside. [quartermaster-R-1/2]", ORDERED]
    assert await told(pool) == [("R-1", "open", 1), ("R-1", "in_progress", 2)]


async def test_no_word_of_a_person_and_no_sum_reaches_the_desk(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await tell(raised(1, accessibility_needs=True), raised(2))
    await start()
    await in_step(pool)
    await tell(refused(1), approved(2), progressed("waiting_for_money", 2), progressed("ordered", 2))
    await in_step(pool)
    everything = "\n".join(str(ticket) for ticket in stand_in.tickets())
    for private in ("£", "O-9", "March", "priya", "accessib", "Amara"):
        assert private not in everything, private
    states = {ticket.key: ticket.state for ticket in stand_in.tickets()}
    assert states == {"quartermaster-R-1": "cancelled", "quartermaster-R-2": "in_progress"}


async def test_a_request_refused_before_the_desk_heard_of_it_gets_no_ticket(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await tell(raised(), refused())
    await start()
    await in_step(pool)
    assert stand_in.tickets() == []
    assert await told(pool) == []


BREAKS = (
    [Mishap(500), Mishap(503)],
    [Mishap(500, done=True)],
    [Mishap(502, done=True)],
    [DROPPED_BEFORE, DROPPED_AFTER],
    [HANGS_AFTER],
    [Mishap(429, retry_after="0"), DROPPED_AFTER],
)


async def test_a_creation_that_broke_off_makes_no_second_ticket(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    for number, mishaps in enumerate(BREAKS, start=1):
        stand_in.mishaps["create"].extend(mishaps)
        await tell(raised(number))
        await in_step(pool)
        assert [ticket.key for ticket in stand_in.tickets()] == [f"quartermaster-R-{n}" for n in range(1, number + 1)]
        assert not stand_in.mishaps["create"]
    assert await told(pool) == [(f"R-{n}", "open", 1) for n in range(1, len(BREAKS) + 1)]


async def test_a_note_that_broke_off_is_written_once(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    await tell(raised())
    await in_step(pool)
    stand_in.mishaps["update"].extend([DROPPED_AFTER, Mishap(503)])
    await tell(approved(), progressed("ordered"))
    await in_step(pool)
    (ticket,) = stand_in.tickets()
    assert (ticket.state, ticket.notes) == ("in_progress", [ORDERED])


async def test_a_sender_killed_between_the_desks_answer_and_our_commit_leaves_one_ticket(
    pool: Pool,
    stand_in: DeskStandIn,
    session: aiohttp.ClientSession,
    tell: Tell,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await tell(raised())
    dying = Sender(pool, desk_at(stand_in, session), "quartermaster", pace=QUICK)

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(dying, "_keep", dies)
    began = await pool.fetchval("SELECT clock_timestamp()")
    with pytest.raises(asyncio.CancelledError):
        await dying.send_next()
    assert len(stand_in.tickets()) == 1
    row = await pool.fetchrow("SELECT record, doubtful, next_try_at FROM tickets")
    assert row is not None
    assert (row["record"], row["doubtful"]) == (None, True)
    out_of_reach = row["next_try_at"] - began
    assert out_of_reach > timedelta(seconds=1), "nobody else opens one while the first may still be at it"
    await start()
    await in_step(pool)
    assert len(stand_in.tickets()) == 1
    assert await told(pool) == [("R-1", "open", 1)]


async def test_a_sender_that_comes_too_late_writes_nothing(
    pool: Pool, stand_in: DeskStandIn, session: aiohttp.ClientSession, tell: Tell
) -> None:
    await tell(raised())
    slow = Sender(pool, desk_at(stand_in, session), "quartermaster", pace=QUICK)
    claimed = await slow._store.claim()
    assert claimed is not None
    await pool.execute("UPDATE tickets SET next_try_at = now()")
    quick = Sender(pool, desk_at(stand_in, session), "quartermaster", pace=QUICK)
    assert await quick.send_next()
    before = await pool.fetchrow("SELECT * FROM tickets")
    await slow._keep(claimed, None, 1)
    await slow._store.try_again(claimed, timedelta(0), "late", in_doubt=True)
    assert await pool.fetchrow("SELECT * FROM tickets") == before


async def test_a_search_that_lags_is_waited_for(pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start) -> None:
    if isinstance(stand_in, JiraStandIn):
        stand_in.lag = 0.3
    stand_in.mishaps["create"].append(DROPPED_AFTER)
    await tell(raised())
    await start(settles=timedelta(seconds=0.8))
    await in_step(pool)
    assert len(stand_in.tickets()) == 1


async def test_two_replicas_make_one_ticket_each_for_a_hundred_requests(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    await start()
    numbers = range(1, 101)
    await tell(*(raised(number) for number in numbers))
    await tell(*(approved(number) for number in numbers))
    await in_step(pool)
    assert sorted(ticket.key for ticket in stand_in.tickets()) == sorted(f"quartermaster-R-{n}" for n in numbers)
    assert {len(ticket.notes) for ticket in stand_in.tickets()} == {1}
    records = await pool.fetch("SELECT request_id, record FROM tickets")
    assert {row["request_id"] for row in records} == {request_id(n) for n in numbers}
    assert {row["record"] for row in records} == {ticket.record for ticket in stand_in.tickets()}


async def test_a_database_that_was_restored_finds_its_tickets_again(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await start()
    await tell(raised(), approved())
    await in_step(pool)
    await pool.execute("TRUNCATE tickets, inbox")
    await tell(raised(), approved())
    await in_step(pool)
    (ticket,) = stand_in.tickets()
    assert len(ticket.notes) == 1
