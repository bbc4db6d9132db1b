"""What services ask of the register when a device comes back: one query a batch, and nothing of the unknown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import uuid4

import pytest

from schemas.events.device import Wipe, WipeReported
from schemas.vocabulary import DeviceState, Kind
from services.database.pool import Pool, open_pool
from services.register import queries
from services.register.consumer import RegisterConsumer
from services.register.rules.identity import new_device_id
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import START, asset, checked_in

pytestmark = pytest.mark.integration


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


async def test_custody_facts_tell_of_known_devices_all_that_taking_them_in_needs(pool: Pool) -> None:
    later = START + timedelta(days=3)
    wipe = WipeReported(
        id="w1", source="intune", time=later, subject="S1", data=Wipe(identifiers={"serial": "S1"}, outcome="done")
    )
    in_use, returned = DeviceState.DEPLOYED, DeviceState.RETURNED
    await deliver(
        pool,
        RegisterConsumer().apply,
        [
            asset(
                "S1", 1, START, state=in_use, holder_email="amara@x", kind=Kind.LAPTOP, purchased_on=date(2021, 5, 2)
            ),
            checked_in("S1", 1, START + timedelta(hours=1), battery_health_percent=71, model="Latitude 5440"),
            asset("S1", 1, START + timedelta(days=2), state=returned, unit="central-west"),
            wipe,
            asset("S2", 2, START, kind=Kind.MONITOR),
        ],
    )
    laptop, monitor, unknown = new_device_id(["serial:S1"]), new_device_id(["serial:S2"]), uuid4()
    facts = await queries.custody_facts(pool, [laptop, monitor, unknown])
    assert facts.keys() == {laptop, monitor}
    assert facts[laptop] == queries.CustodyFacts(
        device_id=laptop,
        serial="S1",
        asset_tag="QM-00001",
        kind=Kind.LAPTOP,
        manufacturer=None,
        model="Latitude 5440",
        state=DeviceState.SANITISED,
        unit="central-west",
        revision=1,
        last_holder_email="amara@x",
        purchased_on=date(2021, 5, 2),
        battery_health_percent=71,
        wiped_at=later,
        in_use_at=START,
        last_seen_at=START + timedelta(hours=1),
        managed_by=("intune",),
    )
    assert facts[monitor].managed_by == ()
