"""One ticket a request, whatever happens on the way: the sender before both desks, on real PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client import REGISTRY

from schemas.events.desk import RequestTicketChanged
from schemas.topics import DESK_PROGRESS
from services.database.pool import Pool
from services.desk.sender import Sender
from services.eventlog.decoding import EventReader
from tests.fixtures.requests import approved, progressed, raised, refused, request_id
from tests.fixtures.waiting import until
from tests.integration.desk.conftest import QUICK, Start, Tell, desk_at
from tests.integration.desk.jira_standin import JiraStandIn
from tests.integration.desk.standins import (
    DROPPED_AFTER,
    DROPPED_BEFORE,
    HANGS_AFTER,
    PASSWORD,
    DeskStandIn,
    Mishap,
)

pytestmark = pytest.mark.integration

ORDERED = "Money is set aside and the device is on order. [quartermaster-R-1/4]"


async def in_step(pool: Pool) -> None:
    """Wait until nothing is left to send."""

    async def nothing_due() -> bool:
        return not await pool.fetchval("SELECT count(*) FROM tickets WHERE next_try_at IS NOT NULL")

    await until(nothing_due, "all tickets in step")


async def told(pool: Pool) -> list[tuple[str, str, int]]:
    """(reference, state, revision) of every RequestTicketChanged, in order."""
    reader = EventReader([DESK_PROGRESS])
    rows = await pool.fetch("SELECT event FROM outbox ORDER BY transaction, position")
    events = [reader.read("desk-progress", row["event"]) for row in rows]
    assert len({(event.source, event.id) for event in events if event is not None}) == len(events)
    return [
        (event.data.request_reference, event.data.state, event.data.revision)
        for event in events
        if isinstance(event, RequestTicketChanged)
    ]


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
    assert ticket.notes == ["A manager approved the request; money is being set aside. [quartermaster-R-1/2]", ORDERED]
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
    with pytest.raises(asyncio.CancelledError):
        await dying.send_next()
    assert len(stand_in.tickets()) == 1
    row = await pool.fetchrow("SELECT record, doubtful, next_try_at - now() AS out_of_reach FROM tickets")
    assert row is not None
    assert (row["record"], row["doubtful"]) == (None, True)
    assert row["out_of_reach"] > timedelta(seconds=1), "nobody else opens one while the first may still be at it"
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
        stand_in.lagging = True
        asyncio.get_running_loop().call_later(0.3, stand_in.catch_up)
    stand_in.mishaps["create"].append(DROPPED_AFTER)
    await tell(raised())
    await start(settles=timedelta(seconds=0.8))
    await in_step(pool)
    assert len(stand_in.tickets()) == 1


@pytest.mark.parametrize("down", [Mishap(503), None], ids=["503", "no listener"])
async def test_after_a_long_outage_all_are_in_step(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start, down: Mishap | None
) -> None:
    await start()
    await tell(*(raised(number) for number in range(1, 11)))
    await in_step(pool)
    if down is None:
        await stand_in.stop()
    stand_in.down = down
    await tell(*(approved(number) for number in range(1, 11)), *(raised(number) for number in range(11, 21)))
    await tell(*(progressed("ordered", number) for number in range(1, 6)), refused(10), refused(20))
    calls = len(stand_in.calls)

    async def tried() -> bool:
        return bool(await pool.fetchval("SELECT count(*) > 0 FROM tickets WHERE last_error IS NOT NULL"))

    await until(tried, "attempts in vain")
    stand_in.down = None
    assert len(stand_in.calls) - calls < 20, "one at a time is tried while the desk is down, not all"
    if down is None:
        await stand_in.start()
    await in_step(pool)
    held = {ticket.key: ticket for ticket in stand_in.tickets()}
    assert len(stand_in.tickets()) == len(held) == 19
    assert {held[f"quartermaster-R-{number}"].state for number in range(1, 10)} == {"in_progress"}
    assert held["quartermaster-R-1"].notes[-1] == ORDERED
    assert held["quartermaster-R-10"].state == "cancelled"
    assert {held[f"quartermaster-R-{number}"].state for number in range(11, 20)} == {"open"}


async def test_retry_after_is_kept_to_by_all(pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start) -> None:
    stand_in.mishaps["find"].append(Mishap(429, retry_after="1"))
    await tell(*(raised(number) for number in range(1, 6)))
    began = asyncio.get_running_loop().time()
    await start(pace=dataclasses.replace(QUICK, workers=1))
    await until(lambda: len(stand_in.calls) > 1, "another call")
    assert asyncio.get_running_loop().time() - began >= 1.0
    await in_step(pool)
    assert len(stand_in.tickets()) == 5


async def test_wrong_credentials_park_a_ticket_until_a_start_with_the_right_ones(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    stand_in.password = "changed"
    await tell(*(raised(number) for number in range(1, 6)))
    sender = await start(pace=dataclasses.replace(QUICK, workers=1, unauthorised=60.0))

    async def parked() -> bool:
        return await pool.fetchval("SELECT count(*) FROM tickets WHERE parked") == 1

    await until(parked, "a parked ticket")
    row = await pool.fetchrow("SELECT last_error, next_try_at - now() AS pause FROM tickets WHERE parked")
    assert row is not None
    assert "401" in row["last_error"]
    assert row["pause"] > timedelta(minutes=50)
    assert sender.ready(), "a desk that refuses us does not make us unwell"
    await until(lambda: REGISTRY.get_sample_value("quartermaster_desk_parked") == 1, "the gauge")
    assert REGISTRY.get_sample_value("quartermaster_desk_waiting") == 5
    assert stand_in.calls == ["unauthorised"], "many wrong tries would lock the account"
    await sender.stop()
    assert await told(pool) == []
    stand_in.password = PASSWORD
    await start()
    await in_step(pool)
    assert len(stand_in.tickets()) == 5
    assert not await pool.fetchval("SELECT count(*) FROM tickets WHERE parked OR last_error IS NOT NULL")


async def test_one_refused_ticket_holds_up_no_other(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    stand_in.mishaps["create"].append(Mishap(403))
    await tell(*(raised(number) for number in range(1, 6)))
    await start(pace=dataclasses.replace(QUICK, workers=1))
    await until(lambda: len(stand_in.tickets()) == 4, "the others")
    rows = await pool.fetch("SELECT reference, parked FROM tickets ORDER BY parked DESC, reference")
    assert [row["parked"] for row in rows] == [True, False, False, False, False]


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


async def test_a_fault_of_ours_parks_its_own_ticket_alone(
    pool: Pool, stand_in: DeskStandIn, tell: Tell, start: Start
) -> None:
    await tell(*(raised(number) for number in range(1, 4)))
    await pool.execute(
        """UPDATE tickets SET wanted = jsonb_set(wanted, '{status}', '"unheard of"') WHERE reference = 'R-1'"""
    )
    sender = await start()
    await until(lambda: len(stand_in.tickets()) == 2, "the others")

    async def parked() -> str | None:
        words: str | None = await pool.fetchval("SELECT last_error FROM tickets WHERE parked AND reference = 'R-1'")
        return words

    await until(parked, "the parked ticket")
    assert "a fault of ours" in (await parked() or "")
    assert sender.ready()
