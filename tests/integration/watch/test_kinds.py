"""Kinds past policy life on a real database: one alert a kind, from the measures of all units, in any order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import permutations

import msgspec
import pytest
import pytest_asyncio

from schemas.events.alert import AlertCleared, AlertRaised, AlertUpdated
from schemas.events.refresh import UnitAgeingMeasured
from services.database.pool import open_pool
from tests.fixtures import alerts
from tests.integration.watch.test_watch_store import NOW, Watch

pytestmark = pytest.mark.integration
KEY = "kind-past-policy-life:laptop"


def ageing(sequence: int, past: int, *, unit: str = "central-west") -> UnitAgeingMeasured:
    """1,000 laptops of a unit, `past` of them past policy life."""
    told = alerts.ageing(sequence, past, NOW, unit=unit)
    return msgspec.structs.replace(told, data=msgspec.structs.replace(told.data, deployed=1_000))


@pytest_asyncio.fixture
async def watch(database_url: str) -> AsyncIterator[Watch]:
    pool = await open_pool(database_url, "watch")
    yield Watch(pool)
    await pool.close()


async def test_units_are_summed_up_told_once_a_step_and_cleared_once(watch: Watch) -> None:
    await watch.hear(ageing(1, 90), ageing(1, 80, unit="central-north"))
    await watch.hear(ageing(2, 150))
    await watch.hear(ageing(2, 290, unit="central-north"))
    await watch.hear(ageing(2, 290, unit="central-north"))
    await watch.hear(ageing(3, 10), ageing(3, 20, unit="central-north"))
    assert await watch.sweep.run() == 0
    told = [event for event in await watch.told() if event.data.key == KEY]
    assert [(type(event), event.data.threshold) for event in told] == [
        (AlertRaised, 10),
        (AlertUpdated, 20),
        (AlertCleared, 20),
    ]
    assert told[1].data.headline == "All laptops: 22 % are past policy life"
    assert told[1].data.detail == "440 of about 2,000 deployed in the whole organisation."
    assert (told[1].data.unit, told[1].data.audience, told[1].data.owner) == (None, "fleet", None)


async def test_measures_in_any_order_end_in_the_same_alert(watch: Watch) -> None:
    words = [ageing(1, 400), ageing(2, 250), ageing(1, 300, unit="central-north")]
    ends = set()
    for order in permutations(words):
        await watch.pool.execute("TRUNCATE watch.ageing, watch.alerts, watch.inbox, watch.outbox")
        for each in (*order, order[0]):
            await watch.hear(each)
        ends.add((await watch.alerts())[KEY].headline)
    assert ends == {"All laptops: 28 % are past policy life"}
