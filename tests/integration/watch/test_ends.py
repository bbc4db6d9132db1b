"""Alerts of devices at the end of their life, on a real database: raised once, cleared once, in any order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import permutations

import pytest
import pytest_asyncio

from schemas.events.alert import AlertCleared, AlertRaised, AlertUpdated
from services.database.pool import open_pool
from tests.fixtures.endings import custody, loss
from tests.integration.watch.test_watch_store import NOW, Watch

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def watch(database_url: str) -> AsyncIterator[Watch]:
    pool = await open_pool(database_url, "watch")
    yield Watch(pool)
    await pool.close()


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


async def test_devices_not_sanitised_in_time_are_one_alert_that_time_raises_and_proof_clears(watch: Watch) -> None:
    await watch.hear(custody("S1", "returned", 1, ago(10), number=1), custody("S2", "returned", 1, ago(1), number=2))
    assert await watch.told() == []
    watch.clock.moment = NOW + timedelta(days=5)
    assert await watch.sweep.run() == 1
    assert await watch.sweep.run() == 0
    await watch.hear(custody("S1", "wipe_requested", 2, NOW + timedelta(days=5), number=1))
    await watch.hear(custody("S1", "sanitised", 3, NOW + timedelta(days=5), number=1))
    told = await watch.told()
    assert [type(event) for event in told] == [AlertRaised, AlertCleared]
    assert told[0].data.key == "not-sanitised"
    assert told[0].data.headline == "1 returned device is not sanitised after 14 days"
    assert "C-1" in told[0].data.detail


async def test_more_devices_update_the_alert_and_it_names_the_oldest(watch: Watch) -> None:
    await watch.hear(custody("S1", "returned", 1, ago(20), number=1))
    await watch.hear(custody("S2", "to_destruction", 2, ago(30), number=2))
    await watch.hear(custody("S3", "resold", 5, ago(90), number=3), custody("S4", "back_in_use", 2, ago(90), number=4))
    told = await watch.told()
    assert [type(event) for event in told] == [AlertRaised, AlertUpdated]
    assert told[1].data.headline == "2 returned devices are not sanitised after 14 days"
    assert told[1].data.detail == "The oldest, C-2, came back 30 days ago."


async def test_a_failed_wipe_is_an_alert_of_its_own_until_its_record_moves_on(watch: Watch) -> None:
    await watch.hear(custody("S1", "wipe_failed", 3, ago(1), number=1), loss("S2", "wipe_failed", 4, ago(1), number=2))
    await watch.hear(custody("S1", "wipe_requested", 2, ago(2), number=1))  # late, and no newer fact
    assert {event.data.key for event in await watch.told()} == {"wipe-failed:C-1", "wipe-failed:L-2"}
    await watch.hear(custody("S1", "to_destruction", 4, ago(0), number=1))
    await watch.hear(loss("S2", "written_off", 5, ago(0), number=2))
    told = await watch.told()
    assert [type(event) for event in told] == [AlertRaised, AlertRaised, AlertCleared, AlertCleared]
    assert await watch.sweep.run() == 0


async def test_words_in_any_order_end_in_the_same_alerts(watch: Watch) -> None:
    words = [
        custody("S1", "returned", 1, ago(20)),
        custody("S1", "wipe_requested", 2, ago(2)),
        custody("S1", "wipe_failed", 3, ago(1)),
    ]
    ends = set()
    for order in permutations(words):
        await watch.pool.execute("TRUNCATE watch.records, watch.alerts, watch.inbox, watch.outbox")
        for each in (*order, order[0]):
            await watch.hear(each)
        ends.add(str(sorted((key, each.headline, each.detail) for key, each in (await watch.alerts()).items())))
    assert len(ends) == 1
    assert "came back 20 days ago" in ends.pop()
