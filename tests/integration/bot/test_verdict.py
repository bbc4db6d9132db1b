"""What policy says of a device is said to whoever holds it, though staff see no refresh queue."""

from __future__ import annotations

from datetime import date

import pytest

from bot.service import due_date
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.refresh import policy_store
from services.refresh.consumer import RefreshConsumer
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.observations import START, asset
from tests.fixtures.people import email_of, viewer
from tests.unit.refresh.policies import POLICY

pytestmark = pytest.mark.integration


async def test_a_holder_is_told_that_the_device_is_due(database_url: str, pool: Pool) -> None:
    record = asset(
        "S9",
        9,
        START,
        kind=Kind.LAPTOP,
        model="Latitude 7400",
        state=DeviceState.DEPLOYED,
        unit="central-west-response",
        holder_email=email_of("Amara Osei"),
        purchased_on=date(2019, 9, 16),
    )
    register, refresh = await open_pool(database_url, "register"), await open_pool(database_url, "refresh")
    told = await deliver(register, RegisterConsumer().apply, [record])
    async with refresh.acquire() as connection:
        await policy_store.adopt(connection, POLICY, NOW)
    await deliver(refresh, RefreshConsumer(FixedClock(NOW)).apply, told)
    async with pool.acquire() as connection:
        assert await due_date(connection, viewer("Amara Osei"), "S9", NOW.date()) == date(2023, 9, 16)
    await register.close()
    await refresh.close()
