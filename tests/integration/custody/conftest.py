"""Custody on a database of its own, and acting there with as little said as a test needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest

from schemas.envelope import Event
from services.clock import FixedClock
from services.custody import queries
from services.custody.commands import Custodies, Details
from services.custody.consumer import CustodyConsumer
from services.custody.queries import BatchView, CustodyView
from services.custody.rules.machine import Cause
from services.database.pool import Pool, open_pool
from tests.fixtures.custody import at, device_id
from tests.fixtures.delivery import deliver
from tests.fixtures.people import small_directory, viewer

Hears = Callable[..., Awaitable[list[Any]]]
HELEN, IDRIS, RUTH, PRIYA = (viewer(name) for name in ("Helen Marsh", "Idris Bello", "Ruth Adeyemi", "Priya Nair"))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "custody", size=8)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """Noon, three hours after the start."""
    return FixedClock(at(3))


@pytest.fixture
def custodies(pool: Pool, clock: FixedClock) -> Custodies:
    return Custodies(pool, clock, small_directory())


@pytest.fixture
def hear(pool: Pool) -> Hears:
    """Deliver events to custody; what it tells."""

    async def delivered(*events: Event) -> list[Any]:
        return await deliver(pool, CustodyConsumer().apply, events)

    return delivered


class Acts:
    """Acts as Helen, the planner, each time with a key of its own; resale is recorded by Idris of finance."""

    def __init__(self, custodies: Custodies, pool: Pool) -> None:
        self.custodies = custodies
        self._pool = pool
        self._acts = 0

    async def __call__(self, cause: Cause, *references: str, **details: Any) -> BatchView:
        self._acts += 1
        who, sold = (IDRIS, {"proceeds_pence": 0}) if cause is Cause.RESELL else (HELEN, {})
        return await self.custodies.act(
            who, cause, references, Details(**(sold | details)), idempotency_key=f"act {self._acts}"
        )

    async def certify(self, *references: str, cause: Cause = Cause.CERTIFY) -> BatchView:
        """With a certificate that is uploaded first."""
        document = await self.custodies.keep_document(HELEN, name="certificate.pdf", content=b"%PDF-1.7 wiped")
        return await self(
            cause,
            *references,
            document_id=document.document_id,
            certificate_issuer="Secure Wipe Ltd",
            certificate_number="SW-1",
        )

    async def seen(self, number: int) -> CustodyView:
        """The device's newest record as Ruth, the auditor, sees it."""
        view = await queries.custody(self._pool, RUTH, str(device_id(number)))
        assert view is not None
        return view

    async def states(self, numbers: Sequence[int]) -> list[str]:
        return [(await self.seen(number)).state for number in numbers]


@pytest.fixture
def acts(custodies: Custodies, pool: Pool) -> Acts:
    return Acts(custodies, pool)
