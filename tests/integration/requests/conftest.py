"""Requests on a database of their own, with two devices that the register knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import pytest

from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.register.consumer import RegisterConsumer
from services.requests.commands import Deliveries, Requests
from services.requests.queries import Reason, RequestView
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of, small_directory, viewer
from tests.fixtures.request_policies import generous
from tests.integration.requests.journey import committed, hear

WARRANTY_ENDED = date(2024, 5, 3)
_HOLDERS = (("S1", "central-west-response", "Amara Osei"), ("S2", "central-north-response", "Tom Whitfield"))


@pytest.fixture
async def devices(database_url: str) -> dict[str, UUID]:
    """Device ids by serial: S1 is Amara's in Central West, S2 is Tom's in Central North."""
    pool = await open_pool(database_url, "register")
    records = [
        asset(
            serial,
            number,
            START,
            kind=Kind.LAPTOP,
            state=DeviceState.DEPLOYED,
            unit=unit,
            holder_email=email_of(holder),
            warranty_ends_on=WARRANTY_ENDED,
        )
        for number, (serial, unit, holder) in enumerate(_HOLDERS)
    ]
    await deliver(pool, RegisterConsumer().apply, records)
    found = {row["serial"]: row["device_id"] for row in await pool.fetch("SELECT serial, device_id FROM devices")}
    await pool.close()
    return found


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "requests", size=8)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def requests(pool: Pool, clock: FixedClock) -> Requests:
    return Requests(pool, clock, small_directory(), policy=generous())


class Asks:
    """Raises requests with as little said as a test needs."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def __call__(
        self,
        name: str = "Amara Osei",
        device_id: UUID | None = None,
        key: str = "key-1",
        reason: Reason = Reason.BROKEN,
    ) -> RequestView:
        return await self._requests.raise_request(
            viewer(name),
            device_id=device_id,
            kind=Kind.LAPTOP,
            reason=reason,
            needed_by=None,
            accessibility_needs=False,
            explanation="Screen cracked",
            delivery_place="Charing Cross",
            idempotency_key=key,
        )


@pytest.fixture
def ask(requests: Requests) -> Asks:
    return Asks(requests)


@pytest.fixture
def deliveries(pool: Pool, clock: FixedClock) -> Deliveries:
    return Deliveries(pool, clock, small_directory())


@pytest.fixture
async def register(database_url: str) -> AsyncIterator[Pool]:
    """The register's own pool, to tell it of devices."""
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


@pytest.fixture
async def ordered(
    pool: Pool, requests: Requests, clock: FixedClock, devices: dict[str, UUID], ask: Asks
) -> RequestView:
    """Amara's request for a successor of S1: approved, and on order."""
    raised = await ask(device_id=devices["S1"])
    await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="yes")
    await hear(pool, committed(raised, clock.now()))
    return raised
