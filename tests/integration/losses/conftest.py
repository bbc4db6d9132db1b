"""Losses on a database of their own, with devices that the register knows: S1 and S3 are managed by Intune."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from schemas.events.loss import Loss, LossMoved
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.losses.commands import Losses, Reported
from services.losses.consumer import LossesConsumer
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.observations import START, asset, checked_in
from tests.fixtures.people import email_of, small_directory, viewer

_HOLDERS = (
    ("S1", "central-west-response", "Amara Osei"),
    ("S2", "central-north-response", "Tom Whitfield"),
    ("S3", "end-user-services", "Helen Marsh"),
)


@pytest.fixture
async def devices(database_url: str) -> dict[str, UUID]:
    """Device ids by serial. Nobody manages S2."""
    pool = await open_pool(database_url, "register")
    records: list[Any] = [
        asset(
            serial,
            number,
            START,
            kind=Kind.LAPTOP,
            model="Latitude 7440",
            state=DeviceState.DEPLOYED,
            unit=unit,
            holder_email=email_of(holder),
        )
        for number, (serial, unit, holder) in enumerate(_HOLDERS)
    ]
    seen = START + timedelta(minutes=1)
    records += [checked_in(serial, number, seen) for number, serial in ((0, "S1"), (2, "S3"))]
    await deliver(pool, RegisterConsumer().apply, records)
    found = {row["serial"]: row["device_id"] for row in await pool.fetch("SELECT serial, device_id FROM devices")}
    await pool.close()
    return found


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "losses", size=8)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def losses(pool: Pool, clock: FixedClock) -> Losses:
    return Losses(pool, clock, small_directory())


class Reports:
    """Reports devices with as little said as a test needs."""

    def __init__(self, losses: Losses, devices: dict[str, UUID]) -> None:
        self._losses = losses
        self._devices = devices

    async def __call__(
        self, name: str = "Amara Osei", serial: str = "S1", *, how: Any = "lost", key: str = "k"
    ) -> Reported:
        return await self._losses.report(viewer(name), device_id=self._devices[serial], how=how, idempotency_key=key)


@pytest.fixture
def report(losses: Losses, devices: dict[str, UUID]) -> Reports:
    return Reports(losses, devices)


async def told(pool: Pool) -> list[Loss]:
    """What was told of losses, in order."""
    rows = await pool.fetch("SELECT event FROM losses.outbox ORDER BY transaction, position")
    return [msgspec.json.decode(row["event"], type=LossMoved).data for row in rows]


async def hear(pool: Pool, events: Sequence[Any], *, size: int = 100) -> None:
    """Losses's consumer hears events."""
    await deliver(pool, LossesConsumer().apply, events, size=size)
