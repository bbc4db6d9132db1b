"""Both services on a broker: an approval in chat becomes a commitment, and the requester's status, by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deploy.local.stack.broker import EmbeddedBroker
from schemas.events.finance import DocumentType as Type
from schemas.topics import FINANCE_DOCUMENT
from services.budget import queries as budget_queries
from services.budget.service import build as build_budget
from services.clock import FixedClock
from services.database.pool import Pool
from services.eventlog import outbox
from services.lifecycle import Service
from services.requests import queries
from services.requests.commands import Requests
from services.requests.rules.machine import Status
from services.requests.service import build as build_requests
from services.settings import Settings
from tests.fixtures.finance import YEAR, document, recorded
from tests.fixtures.people import small_directory, viewer
from tests.integration.requests.conftest import Asks

pytestmark = pytest.mark.integration


async def test_an_approval_becomes_an_order(
    pool: Pool,
    database_url: str,
    embedded_broker: EmbeddedBroker,
    topic_prefix: str,
    clock: FixedClock,
    requests: Requests,
    ask: Asks,
) -> None:
    settings = Settings(
        DATABASE_URL=database_url,
        KAFKA_BOOTSTRAP_SERVERS=embedded_broker.bootstrap_servers,
        kafka_idempotence=False,
        topic_prefix=topic_prefix,
        directory_file=Path("unused"),
    )
    directory = small_directory()
    services: list[Service] = [build(settings, clock, directory) for build in (build_budget, build_requests)]
    raised = await ask()
    await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="k")

    async def reaches(wanted: Status) -> None:
        async with asyncio.timeout(30):
            while True:
                view = await queries.request(pool, viewer("Amara Osei"), raised.request_id)
                assert view is not None
                if view.status is wanted:
                    return
                await asyncio.sleep(0.05)

    try:
        for service in services:
            await service.start()
        await reaches(Status.WAITING_FOR_MONEY)
        async with pool.acquire() as connection, connection.transaction():
            approval = recorded(document("A", Type.APPROVAL, 2_500_000_000, 0))
            await outbox.append(connection, [(FINANCE_DOCUMENT, approval)])
        await reaches(Status.ORDERED)
        view = await budget_queries.budget(pool, viewer("Idris Bello"), YEAR)
        assert [(line.approved_pence, line.committed_pence) for line in view.lines] == [(2_500_000_000, 102_000)]
        assert [year.spent_pence for year in view.prior] == [2_000_000_000, 2_700_000_000]
        assert all(service.ready() for service in services)
    finally:
        for service in reversed(services):
            await service.stop()
