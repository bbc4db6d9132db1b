"""Two processes press Approve on one request at the same moment, a thousand times: each time one of them decides."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import msgspec
import pytest

from schemas.envelope import event_type
from schemas.events.budget import OrderCommitted
from schemas.events.finance import DocumentType
from schemas.events.request import RequestApproved
from schemas.topics import FINANCE_DOCUMENT, REQUEST, Topic
from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.desk.consumer import DeskConsumer
from services.desk.desks.servicenow import ServiceNow
from services.desk.sender import Pace, Sender
from services.eventlog.applying import Apply, RecordApplier
from services.outbound.caller import Caller
from services.outbound.credentials import BasicAuthorisation
from tests.fixtures.finance import NOW, document, recorded
from tests.fixtures.people import small_directory
from tests.fixtures.waiting import until
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.desk.standins import PASSWORD, USER
from tests.integration.flow.joined import Record
from tests.integration.requests.conftest import Asks
from tests.integration.requests.presser import AT_ONCE

ROOT = Path(__file__).parents[3]
REQUESTS = 1_000
APPROVERS = ("Priya Nair", "Catherine Doyle")
pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

Press = tuple[bool, float, float]


@pytest.fixture
async def pressers(database_url: str) -> AsyncIterator[list[Process]]:
    started = []
    for name in APPROVERS:
        command = (sys.executable, "-m", "tests.integration.requests.presser", database_url, name)
        started.append(await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE))
    for process in started:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    yield started
    for process in started:
        process.kill()
        await process.wait()


async def press(process: Process, ids: Sequence[str]) -> list[Press]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{' '.join(ids)}\n".encode())
    await process.stdin.drain()
    return [tuple(each) for each in json.loads(await process.stdout.readline())]


async def raise_requests(ask: Asks, count: int) -> list[str]:
    found: list[str] = []
    for start in range(0, count, AT_ONCE):
        some = await asyncio.gather(*(ask(key=f"key-{number}") for number in range(start, start + AT_ONCE)))
        found += [str(each.request_id) for each in some]
    return found


async def test_a_thousand_times_one_decision_one_commitment_one_ticket(
    pool: Pool, database_url: str, clock: FixedClock, ask: Asks, pressers: list[Process]
) -> None:
    ids = await raise_requests(ask, REQUESTS)
    met = 0
    for start in range(0, REQUESTS, AT_ONCE):
        some = ids[start : start + AT_ONCE]
        one, other = await asyncio.gather(*(press(process, some) for process in pressers))
        assert [first[0] + second[0] for first, second in zip(one, other, strict=True)] == [1] * len(some)
        met += sum(first[1] < second[2] and second[1] < first[2] for first, second in zip(one, other, strict=True))
    assert met > REQUESTS / 2, f"only {met} presses met: the test showed little"

    decided = await pool.fetch("SELECT decided_by, count(*) AS times FROM requests.requests GROUP BY 1")
    assert sum(row["times"] for row in decided) == REQUESTS
    assert len(decided) == len(APPROVERS), "one of the two always came first: they did not race"
    assert await pool.fetchval("SELECT count(*) FROM requests.requests WHERE status = 'approved'") == REQUESTS
    assert await pool.fetchval("SELECT count(*) FROM requests.timeline WHERE what = 'Approved'") == REQUESTS
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE action = 'approve' AND granted") == REQUESTS
    log = [Record(row["topic"], row["event"]) for row in await pool.fetch("SELECT topic, event FROM outbox")]
    types = [msgspec.json.decode(record.value)["type"] for record in log]
    assert sum(type_ == event_type(RequestApproved) for type_ in types) == REQUESTS

    await money_is_set_aside_once(database_url, clock, log)
    await one_ticket_is_opened(database_url, log)


async def heard_twice(pool: Pool, name: str, topics: Sequence[Topic], apply: Apply, log: Sequence[Record]) -> None:
    """By way of the event log's own applier, and once more as after a crash before the offsets were committed."""
    applier = RecordApplier(name, topics, apply, pool, "")
    for _ in range(2):
        await applier.apply(log)
    assert await pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def money_is_set_aside_once(database_url: str, clock: FixedClock, log: Sequence[Record]) -> None:
    async with AsyncExitStack() as stack:
        pool = await open_pool(database_url, "budget")
        stack.push_async_callback(pool.close)
        async with pool.acquire() as connection, connection.transaction():
            await configuration_store.fill_all(
                connection, load_price_book(), load_prior_years(), load_procurement(), small_directory(), NOW
            )
        approval = recorded(document("APP", DocumentType.APPROVAL, 2_500_000_000, 0))
        money = [Record(FINANCE_DOCUMENT.name, msgspec.json.encode(approval))]
        await heard_twice(pool, "budget", (FINANCE_DOCUMENT, REQUEST), BudgetConsumer(clock).apply, [*money, *log])
        counted = await pool.fetchrow("SELECT count(*), count(DISTINCT order_id) FROM orders WHERE gross_pence > 0")
        assert tuple(counted or ()) == (REQUESTS, REQUESTS)
        told = [msgspec.json.decode(row["event"])["type"] for row in await pool.fetch("SELECT event FROM outbox")]
        assert sum(type_ == event_type(OrderCommitted) for type_ in told) == REQUESTS


async def one_ticket_is_opened(database_url: str, log: Sequence[Record]) -> None:
    async with AsyncExitStack() as stack:
        pool = await open_pool(database_url, "desk", size=8)
        stack.push_async_callback(pool.close)
        await heard_twice(pool, "desk", (REQUEST,), DeskConsumer("quartermaster", lambda: None).apply, log)
        stand_in = ServiceNowStandIn()
        await stand_in.start()
        stack.push_async_callback(stand_in.stop)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        desk = ServiceNow(Caller(session, stand_in.url, BasicAuthorisation(USER, PASSWORD)), stand_in.url, "incident")
        # Two senders, as of two replicas.
        for _ in range(2):
            sender = Sender(pool, desk, "quartermaster", pace=Pace(idle=0.02))
            await sender.start()
            stack.push_async_callback(sender.stop)
        waiting = "SELECT count(*) FROM tickets WHERE sent_revision < wanted_revision"
        await until(lambda: is_none_left(pool, waiting), "every ticket to be in step", seconds=60)
        tickets = stand_in.tickets()
        assert len(tickets) == REQUESTS
        assert {ticket.state for ticket in tickets} == {"in_progress"}


async def is_none_left(pool: Pool, counting: str) -> bool:
    return await pool.fetchval(counting) == 0
