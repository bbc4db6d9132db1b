"""The desk service on an empty database, before each of the desks in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta

import aiohttp
import pytest

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.envelope import Event
from schemas.events.desk import TicketState
from services.database.pool import Pool, open_pool
from services.desk.consumer import DeskConsumer
from services.desk.desks.jira import Jira
from services.desk.desks.service_desk import ServiceDesk
from services.desk.desks.servicenow import ServiceNow
from services.desk.sender import Pace, Sender
from services.outbound.caller import Caller
from services.outbound.credentials import BasicAuthorisation
from tests.fixtures.delivery import deliver
from tests.fixtures.loop import run_now
from tests.integration.desk.jira_standin import ISSUE_TYPE, PROJECT, JiraStandIn
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.desk.standins import PASSWORD, USER, DeskStandIn

MOVES: dict[TicketState, str] = {
    "in_progress": "In progress",
    "resolved": "Resolve this issue",
    "cancelled": "Cancel request",
}
QUICK = Pace(
    workers=2,
    idle=0.02,
    attempt=0.8,
    lease=1.2,
    first_pause=0.02,
    longest_pause=0.1,
    parked=3600.0,
    unauthorised=0.1,
    measure_every=0.05,
)
SETTLES = timedelta(seconds=0.2)


def desk_at(stand_in: DeskStandIn, session: aiohttp.ClientSession, *, settles: timedelta = SETTLES) -> ServiceDesk:
    """The desk's class, speaking to its stand-in."""
    caller = Caller(session, stand_in.url, BasicAuthorisation(USER, PASSWORD), timeout=aiohttp.ClientTimeout(total=0.5))
    if isinstance(stand_in, ServiceNowStandIn):
        return ServiceNow(caller, stand_in.url, "incident", settles=settles)
    return Jira(caller, stand_in.url, PROJECT, ISSUE_TYPE, MOVES, settles=settles)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture(params=[ServiceNowStandIn, JiraStandIn], ids=["servicenow", "jira"])
async def stand_in(request: pytest.FixtureRequest) -> AsyncIterator[DeskStandIn]:
    served: DeskStandIn = request.param()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture(scope="session")
def desk_database_url(embedded_postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """One database for all of these tests: emptying it takes a hundredth of the time of making another."""
    yield run_now(embedded_postgres.create_database("desk_tests", template=migrated_template))
    run_now(embedded_postgres.drop_database("desk_tests"))


@pytest.fixture
async def pool(desk_database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(desk_database_url, "desk", size=8)
    await opened.execute("TRUNCATE tickets, inbox, outbox, dead_letters")
    yield opened
    await opened.close()


Tell = Callable[..., Awaitable[list[Event]]]


@pytest.fixture
def tell(pool: Pool) -> Tell:
    """Delivers events to the desk's consumer; what it tells."""

    async def tell(*events: Event) -> list[Event]:
        return await deliver(pool, DeskConsumer("quartermaster", lambda: None).apply, events)

    return tell


Start = Callable[..., Awaitable[Sender]]


@pytest.fixture
async def start(pool: Pool, stand_in: DeskStandIn, session: aiohttp.ClientSession) -> AsyncIterator[Start]:
    """Starts senders that are stopped whatever happens."""
    started: list[Sender] = []

    async def start(*, pace: Pace = QUICK, settles: timedelta = SETTLES) -> Sender:
        sender = Sender(pool, desk_at(stand_in, session, settles=settles), "quartermaster", pace=pace)
        await sender.start()
        started.append(sender)
        return sender

    yield start
    for sender in started:
        await sender.stop()
