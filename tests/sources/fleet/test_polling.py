from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from services.database.pool import Pool
from services.intake.polling.feeds import UnusableAnswer
from services.intake.polling.vendor_http import BearerAuthorisation, VendorUnavailable
from services.intake.sources.fleet.lists import PAGE_SIZE, list_feeds
from tests.integration.intake.vendors import answering
from tests.payloads import payload
from tests.sources.door import Door
from tests.sources.fleet.stand_in import TOKEN, FleetStandIn
from tests.sources.polled import Polled

pytestmark = pytest.mark.integration

PATH = "/sources/fleet/webhook?secret=fleet-new"
JSON = {"Content-Type": "application/json"}
ACTIVITIES: list[dict[str, Any]] = msgspec.json.decode(payload("fleet/activities_list.json"))["activities"]
HOSTS: list[dict[str, Any]] = msgspec.json.decode(payload("fleet/hosts_list.json"))["hosts"]


def _login(number: int) -> dict[str, Any]:
    return {"id": number, "created_at": "2026-11-03T08:00:00Z", "type": "user_logged_in", "details": {}}


async def _broken_off() -> web.Response:
    return web.Response(body=b'{"activities":[{"id":7101,"type":"fl')


@pytest.fixture
async def fleet() -> AsyncIterator[FleetStandIn]:
    stand_in = FleetStandIn([*ACTIVITIES], [*HOSTS])
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def polled(pool: Pool) -> AsyncIterator[Polled]:
    async with aiohttp.ClientSession() as session:
        yield Polled(pool, session, BearerAuthorisation(TOKEN))


async def test_what_a_webhook_told_and_what_was_lost_both_count_once(
    door: Door, polled: Polled, fleet: FleetStandIn
) -> None:
    for _ in range(2):  # a repeated delivery
        status, _, _ = await door.post(PATH, payload("fleet/activity_wiped_host.json"), JSON)
        assert status == 200
    activities, _ = list_feeds(fleet.base)
    (receipt,) = await polled.poll(activities)
    assert (receipt.accepted, receipt.repeated, receipt.ignored) == (1, 1, 1)
    # And a webhook that comes after the list was read, as it may after half an hour of retries.
    _, answer, _ = await door.post(PATH, payload("fleet/activity_fleet_enrolled.json"), JSON)
    assert (answer["accepted"], answer["repeated"]) == (0, 1)
    assert [event["type"].rpartition(".")[2] for event in await polled.events()] == ["wipe_reported", "enrolled"]


async def test_pages_throttling_and_a_process_killed_between_pages(polled: Polled, fleet: FleetStandIn) -> None:
    fleet.lists["activities"] = [_login(number) for number in range(1, 2 * PAGE_SIZE + 1)] + ACTIVITIES
    activities, _ = list_feeds(fleet.base)
    fleet.mishaps.extend([_broken_off, answering(401)])
    with pytest.raises(UnusableAnswer):
        await polled.poll(activities)
    with pytest.raises(VendorUnavailable, match="401"):
        await polled.poll(activities)
    assert await polled.position(activities) is None
    fleet.mishaps.extend([None, answering(429, **{"Retry-After": "7"}), None, answering(400)])
    with pytest.raises(VendorUnavailable):
        await polled.poll(activities)
    assert polled.slept == [7.0]
    assert await polled.position(activities) == {"id": str(2 * PAGE_SIZE)}
    receipts = await polled.poll(activities)
    assert [(each.accepted, each.ignored) for each in receipts] == [(0, PAGE_SIZE), (2, 1)]
    assert await polled.position(activities) == {"id": "7103"}


async def test_what_became_visible_late_and_hosts_that_were_seen_anew(polled: Polled, fleet: FleetStandIn) -> None:
    activities, hosts = list_feeds(fleet.base)
    late = fleet.lists["activities"].pop(0)  # its transaction ends after that of a higher id
    await polled.poll(activities)
    fleet.lists["activities"].append(late)
    assert sum(receipt.accepted for receipt in await polled.poll(activities)) == 1
    assert [(each.accepted, each.ignored) for each in await polled.poll(hosts)] == [(3, 1)]
    fleet.lists["hosts"][0] = {**HOSTS[0], "seen_time": "2026-11-29T08:00:00Z"}
    assert [(each.accepted, each.repeated) for each in await polled.poll(hosts)] == [(1, 2)]
