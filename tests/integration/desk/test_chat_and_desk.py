"""The services on a broker: a request raised in chat has a ticket, and what the desk does to it shows in chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.stack.broker import EmbeddedBroker
from schemas.events.desk import TicketState
from schemas.topics import DESK_TICKET
from schemas.vocabulary import Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.desk.service import DeskService
from services.desk.settings import DeskSettings
from services.eventlog import outbox
from services.lifecycle import Service
from services.requests import queries
from services.requests.commands import Requests
from services.requests.queries import Reason, RequestView
from services.requests.service import build as build_requests
from services.settings import Settings
from tests.fixtures.finance import NOW
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.requests import reported
from tests.fixtures.waiting import until
from tests.integration.desk.conftest import QUICK, desk_at
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.desk.standins import BEGINS, DeskStandIn

pytestmark = pytest.mark.integration


@pytest.fixture
async def requests_pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "requests")
    yield opened
    await opened.close()


@pytest.mark.parametrize("stand_in", [ServiceNowStandIn], indirect=True)
async def test_chat_and_desk_agree_after_either_was_down(
    requests_pool: Pool, database_url: str, embedded_broker: EmbeddedBroker, topic_prefix: str, stand_in: DeskStandIn
) -> None:
    settings = Settings(
        DATABASE_URL=database_url,
        KAFKA_BOOTSTRAP_SERVERS=embedded_broker.bootstrap_servers,
        kafka_idempotence=False,
        topic_prefix=topic_prefix,
        directory_file=Path("unused"),
    )
    clock, directory = FixedClock(NOW), small_directory()
    commands = Requests(requests_pool, clock, directory)

    def new_desk() -> DeskService:
        return DeskService(
            settings, DeskSettings(), open_desk=lambda _, session: desk_at(stand_in, session), pace=QUICK
        )

    async def view() -> RequestView:
        found = await queries.request_by_reference(requests_pool, viewer("Amara Osei"), "R-1")
        assert found is not None
        return found

    async def stands(state: TicketState) -> None:
        async def reached() -> bool:
            return (await view()).ticket_state == state

        await until(reached, f"the ticket {state} in chat", seconds=30)

    running: list[Service] = [build_requests(settings, clock, directory), new_desk()]
    # Both are down while Amara asks and the manager decides.
    await stand_in.stop()
    raised = await commands.raise_request(
        viewer("Amara Osei"),
        device_id=None,
        kind=Kind.LAPTOP,
        reason=Reason.BROKEN,
        needed_by=None,
        accessibility_needs=False,
        explanation="Screen cracked",
        delivery_place="Charing Cross",
        idempotency_key="k",
    )
    await commands.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="yes")
    try:
        for service in running:
            await service.start()
        assert raised.ticket is None
        await stand_in.start()
        await stands("in_progress")
        (held,) = stand_in.tickets()
        assert (held.state, len(held.notes)) == ("in_progress", 1)
        assert "Screen cracked" not in str(held)
        # The desk's people close it; intake would tell so.
        stand_in.agent_sets(held.record, "closed")
        known = await view()
        assert known.ticket is not None
        async with requests_pool.acquire() as connection, connection.transaction():
            told = reported(
                "closed", BEGINS.replace(hour=12), desk="servicenow", record=held.record, ticket=known.ticket
            )
            await outbox.append(connection, [(DESK_TICKET, told)])
        await stands("closed")
        # The desk has a clock of its own, so only the desk's own lines are in order among themselves.
        lines = [line.what for line in (await view()).timeline if "Ticket" in line.what]
        assert lines == [
            f"Ticket {known.ticket} opened at the service desk",
            f"Ticket {known.ticket} taken up at the service desk",
            f"Ticket {known.ticket} closed at the service desk",
        ]
        assert all(service.ready() for service in running)
    finally:
        for service in reversed(running):
            await service.stop()
