"""Idle devices from real check-ins: one alert a command, its manager's, until enough of them are heard of again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from schemas.envelope import Event
from schemas.events.alert import AlertCleared, AlertRaised, AlertUpdated
from schemas.vocabulary import DeviceState, Kind
from services.database.pool import Pool, open_pool
from services.register.consumer import RegisterConsumer
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import asset, checked_in
from tests.fixtures.people import email_of, small_directory
from tests.integration.watch.test_watch_store import NOW, Watch

pytestmark = pytest.mark.integration
WEST = "idle-devices:central-west"


class Fleet(Watch):
    """Watch, and the register it looks at."""

    def __init__(self, pool: Pool, register: Pool) -> None:
        super().__init__(pool, small_directory())
        self.register = register

    async def observe(self, *events: Event) -> None:
        await deliver(self.register, RegisterConsumer().apply, events)

    async def seen(
        self, numbers: range, at: datetime, *, unit: str = "central-west-response", state: str = DeviceState.DEPLOYED
    ) -> None:
        """Laptops of a unit that were last heard of at a moment."""
        recorded = NOW - timedelta(days=400)
        for number in numbers:
            record = asset(f"S{number}", number, recorded, kind=Kind.LAPTOP, state=state, unit=unit)
            await self.observe(record, checked_in(f"S{number}", number, at, kind=Kind.LAPTOP))

    async def look(self, days: float) -> int:
        """Sweep once, so many days on."""
        self.clock.moment = NOW + timedelta(days=days)
        return await self.sweep.run()


@pytest_asyncio.fixture
async def fleet(database_url: str) -> AsyncIterator[Fleet]:
    pool, register = await open_pool(database_url, "watch"), await open_pool(database_url, "register")
    yield Fleet(pool, register)
    await pool.close()
    await register.close()


async def test_one_alert_a_command_grows_with_time_and_ends_when_devices_check_in(fleet: Fleet) -> None:
    await fleet.seen(range(12), NOW)
    await fleet.seen(range(20, 29), NOW, unit="central-north-response")
    await fleet.seen(range(40, 60), NOW, state=DeviceState.IN_STOCK)
    assert await fleet.look(29.9) == 0
    assert await fleet.look(30.5) == 1, "nine are too few in Central North, and what lies in stock is not idle"
    assert await fleet.look(30.6) == 0
    assert await fleet.look(91) == 1
    await fleet.seen(range(6), NOW + timedelta(days=91))
    assert await fleet.look(92) == 1
    told = await fleet.told()
    assert [type(event) for event in told] == [AlertRaised, AlertUpdated, AlertCleared]
    assert {event.data.key for event in told} == {WEST}
    assert told[0].data.headline == "Central West: 12 devices have not checked in for 30 days"
    assert (told[0].data.owner, told[0].data.in_channel) == (email_of("Priya Nair"), False)
    assert told[1].data.detail.startswith("Of these 12 for 60, 12 for 90 days or longer.")


async def test_what_no_device_management_ever_saw_is_not_idle(fleet: Fleet) -> None:
    recorded = NOW - timedelta(days=400)
    await fleet.observe(
        *(
            asset(f"M{n}", n, recorded, kind=Kind.MONITOR, state=DeviceState.DEPLOYED, unit="central-west-response")
            for n in range(30)
        )
    )
    assert await fleet.look(0) == 0


async def test_all_devices_are_read_once_an_hour_only(fleet: Fleet) -> None:
    assert await fleet.look(31) == 0
    await fleet.seen(range(12), NOW)
    fleet.clock.advance(timedelta(minutes=59))
    assert await fleet.sweep.run() == 0
    fleet.clock.advance(timedelta(minutes=1))
    assert await fleet.sweep.run() == 1
