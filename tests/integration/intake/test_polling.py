from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.intake import store
from services.intake.measures import LastWords
from services.intake.polling.bearer_tokens import BearerTokens
from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Feed, Page, UnusableAnswer, Walk
from services.intake.polling.poller import PASSING, Poller
from services.intake.polling.vendor_http import BasicAuthorisation, Credentials, Sleep, Vendor, VendorUnavailable
from services.intake.sources.intune.devices import DeviceFeed
from services.intake.sources.servicenow.tables import PAGE_SIZE, table_feeds
from services.intake.sources.servicenow.translation import ASSET
from tests.integration.intake.vendors import GraphStandIn, TableStandIn, answering
from tests.payloads import records
from tests.sources.door import UNITS
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration

TEMPLATE: dict[str, Any] = msgspec.json.decode(records("intune/managedDevices_list_page1.json", "value")[0])


def _device(number: int) -> dict[str, Any]:
    synced = (NOW - timedelta(days=2) + timedelta(minutes=10 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**TEMPLATE, "id": f"device-{number}", "serialNumber": f"SN{number:05d}", "lastSyncDateTime": synced}


def _asset(number: int, at: str, mod_count: int = 0) -> dict[str, Any]:
    values = {
        "sys_id": f"{number:032x}",
        "sys_mod_count": str(mod_count),
        "sys_updated_on": at,
        "serial_number": f"SN{number:05d}",
        "install_status": "1",
    }
    return {name: {"value": value, "display_value": value} for name, value in values.items()}


class Bench:
    """A session, a pool, a clock and what was slept, for the pollers of one test."""

    def __init__(self, pool: Pool, session: aiohttp.ClientSession) -> None:
        self.pool = pool
        self.session = session
        self.clock = FixedClock(NOW)
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def poller(self, feed: Feed, credentials: Credentials, sleep: Sleep | None = None) -> Poller:
        vendor = Vendor(self.session, credentials, self.sleep, chance=lambda: 1.0)
        last_words = LastWords(self.clock, {"intune", "servicenow"})
        return Poller(feed, vendor, lambda: self.pool, self.clock, UNITS, last_words, 60.0, sleep or self.sleep)

    def graph(self, stand_in: GraphStandIn) -> Poller:
        tokens = BearerTokens(
            self.session,
            f"{stand_in.base}/tenant/oauth2/v2.0/token",
            "client",
            "hush",
            "https://graph.microsoft.com/.default",
        )
        return self.poller(DeviceFeed(stand_in.base), tokens)

    def assets(self, stand_in: TableStandIn, sleep: Sleep | None = None) -> Poller:
        return self.poller(table_feeds(stand_in.base)[0], BasicAuthorisation("user", "password"), sleep)

    async def position(self, feed: str) -> Any:
        async with self.pool.acquire() as connection:
            return await store.position(connection, feed)

    async def keys(self) -> list[str]:
        rows = await self.pool.fetch(
            "SELECT key FROM outbox WHERE topic = 'device-observed' ORDER BY transaction, position"
        )
        return [row["key"] for row in rows]


@pytest.fixture
async def bench(pool: Pool) -> AsyncIterator[Bench]:
    async with aiohttp.ClientSession() as session:
        yield Bench(pool, session)


@pytest.fixture
async def graph() -> AsyncIterator[GraphStandIn]:
    stand_in = GraphStandIn([_device(number) for number in range(25)], page=10)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def table() -> AsyncIterator[TableStandIn]:
    # More rows in one second than a page holds, and a tail in other seconds.
    rows = [_asset(number, "2026-11-01 10:00:00") for number in range(PAGE_SIZE + 300)]
    rows += [_asset(5_000 + number, f"2026-11-01 10:01:{number % 60:02d}") for number in range(PAGE_SIZE)]
    stand_in = TableStandIn("alm_hardware", rows)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def test_a_list_is_read_to_its_end_and_then_only_what_is_new(bench: Bench, graph: GraphStandIn) -> None:
    poller = bench.graph(graph)
    assert [receipt.accepted for receipt in await poller.poll()] == [10, 10, 5]
    assert await bench.position("intune") == {"last_sync": (NOW - timedelta(days=2, hours=-4)).isoformat()}
    graph.devices.append(_device(30))
    (receipt,) = await poller.poll()
    assert receipt.accepted == 1
    assert receipt.repeated == 2  # the overlap
    assert graph.filters[0] == ""
    assert graph.filters[-1].startswith("lastSyncDateTime ge 2026-11-28T15:45:00Z")
    assert sorted(await bench.keys()) == sorted(f"SN{number:05d}" for number in [*range(25), 30])


async def test_a_crash_in_the_middle_leaves_the_watermark_and_the_list_is_read_again(
    bench: Bench, graph: GraphStandIn
) -> None:
    graph.mishaps.extend([None, answering(400)])
    with pytest.raises(VendorUnavailable):
        await bench.graph(graph).poll()
    assert await bench.position("intune") is None
    assert len(await bench.keys()) == 10
    receipts = await bench.graph(graph).poll()
    assert [(receipt.accepted, receipt.repeated) for receipt in receipts] == [(0, 10), (10, 0), (5, 0)]
    assert await bench.position("intune") is not None
    assert len(await bench.keys()) == 25


async def test_when_the_database_breaks_off_neither_events_nor_watermark_move(
    bench: Bench, graph: GraphStandIn, database_url: str
) -> None:
    async def cut_the_poller_off() -> web.Response | None:
        other = await open_pool(database_url, "intake", size=1)
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await other.close()
        return None

    graph.mishaps.extend([None, None, cut_the_poller_off])
    with pytest.raises(PASSING):
        await bench.graph(graph).poll()
    assert await bench.position("intune") is None
    assert len(await bench.keys()) == 20
    await bench.graph(graph).poll()
    assert len(await bench.keys()) == 25


async def test_retry_after_is_kept_to_and_the_same_page_is_asked_again(bench: Bench, graph: GraphStandIn) -> None:
    graph.mishaps.extend([None, answering(429, **{"Retry-After": "17"})])
    receipts = await bench.graph(graph).poll()
    assert [receipt.accepted for receipt in receipts] == [10, 10, 5]
    assert bench.slept == [17.0]
    assert graph.asked[1] == graph.asked[2]


async def test_a_retry_after_that_is_a_date_is_measured_by_the_vendor_s_clock(
    bench: Bench, graph: GraphStandIn
) -> None:
    headers = {"Date": "Wed, 04 Nov 2015 10:00:00 GMT", "Retry-After": "Wed, 04 Nov 2015 10:00:42 GMT"}
    graph.mishaps.append(answering(503, **headers))
    await bench.graph(graph).poll()
    assert bench.slept == [42.0]


async def test_outages_are_waited_out_with_growing_pauses_and_then_left_for_the_next_turn(
    bench: Bench, graph: GraphStandIn
) -> None:
    graph.mishaps.extend([answering(500)] * 3)
    assert len(await bench.graph(graph).poll()) == 3
    assert bench.slept == [1.0, 2.0, 4.0]
    graph.mishaps.extend([answering(500)] * 8)
    with pytest.raises(VendorUnavailable):
        await bench.graph(graph).poll()
    assert max(bench.slept) <= 120.0


async def test_a_refused_token_is_renewed_once(bench: Bench, graph: GraphStandIn) -> None:
    graph.mishaps.extend([None, answering(401)])
    assert len(await bench.graph(graph).poll()) == 3
    assert graph.tokens == 2
    graph.mishaps.extend([answering(401), answering(401)])
    with pytest.raises(VendorUnavailable, match="401"):
        await bench.graph(graph).poll()
    assert bench.slept == []


async def test_redirects_and_foreign_links_are_not_followed(bench: Bench, graph: GraphStandIn) -> None:
    graph.mishaps.append(answering(302, Location="http://127.0.0.1:9/elsewhere"))
    with pytest.raises(VendorUnavailable, match="302"):
        await bench.graph(graph).poll()

    async def lead_astray() -> web.Response:
        return web.json_response(
            {"value": [], "@odata.nextLink": "http://127.0.0.1:9/v1.0/deviceManagement/managedDevices"}
        )

    graph.mishaps.append(lead_astray)
    with pytest.raises(UnusableAnswer):
        await bench.graph(graph).poll()
    assert await bench.position("intune") is None


async def test_one_bad_record_goes_to_the_dead_letters_and_the_rest_goes_on(bench: Bench, graph: GraphStandIn) -> None:
    graph.devices[3] = {**graph.devices[3], "enrolledDateTime": "", "osVersion": 5}
    receipts = await bench.graph(graph).poll()
    assert sum(receipt.accepted for receipt in receipts) == 24
    ((kept,), (), ()) = (receipt.kept for receipt in receipts)
    (letter,) = await bench.pool.fetch("SELECT * FROM dead_letters")
    assert letter["fingerprint"] == kept.fingerprint
    assert msgspec.json.decode(letter["body"])["id"] == "device-3"
    assert letter["reason"].startswith("$.osVersion")


async def test_only_one_process_reads_a_feed_at_a_time(bench: Bench, graph: GraphStandIn, database_url: str) -> None:
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def hold_on() -> web.Response | None:
        began.set()
        await may_go_on.wait()
        return None

    graph.mishaps.append(hold_on)
    first = asyncio.ensure_future(bench.graph(graph).poll())
    await began.wait()
    assert await bench.graph(graph).poll() == []
    may_go_on.set()
    assert len(await first) == 3
    assert len(await bench.graph(graph).poll()) == 1


async def test_every_row_of_a_crowded_second_is_read_once(bench: Bench, table: TableStandIn) -> None:
    receipts = await bench.assets(table).poll()
    assert sum(receipt.accepted for receipt in receipts) == len(table.rows)
    assert len(set(await bench.keys())) == len(table.rows)
    assert await bench.position("servicenow/alm_hardware") == {
        "sys_updated_on": "2026-11-01T10:01:59+00:00",
        "sys_id": f"{5_959:032x}",
    }


async def test_a_table_is_read_on_from_the_last_page_that_was_committed(bench: Bench, table: TableStandIn) -> None:
    table.mishaps.extend([None, answering(400)])
    with pytest.raises(VendorUnavailable):
        await bench.assets(table).poll()
    assert await bench.position("servicenow/alm_hardware") == {
        "sys_updated_on": "2026-11-01T10:00:00+00:00",
        "sys_id": f"{PAGE_SIZE - 1:032x}",
    }
    await bench.assets(table).poll()
    assert sorted(set(await bench.keys())) == sorted(row["serial_number"]["value"] for row in table.rows)
    assert len(await bench.keys()) == len(table.rows)


async def test_a_row_committed_late_into_the_last_second_is_found(bench: Bench, table: TableStandIn) -> None:
    poller = bench.assets(table)
    await poller.poll()
    table.rows.append(_asset(4_000, "2026-11-01 10:01:59"))  # an id smaller than the cursor's
    table.rows.append(_asset(9_000, "2026-11-01 10:02:00"))
    receipts = await poller.poll()
    assert sum(receipt.accepted for receipt in receipts) == 2
    assert {"SN04000", "SN09000"} <= set(await bench.keys())


async def test_a_row_stamped_in_the_future_does_not_hide_those_of_today(bench: Bench, table: TableStandIn) -> None:
    poller = bench.assets(table)
    table.rows.append(_asset(7_777, "2099-01-01 00:00:00"))
    await poller.poll()
    table.rows.append(_asset(8_888, (NOW + timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S")))
    bench.clock.advance(timedelta(minutes=2))
    receipts = await poller.poll()
    assert sum(receipt.accepted for receipt in receipts) == 1


async def test_a_maintenance_page_moves_nothing(bench: Bench, table: TableStandIn) -> None:
    async def hibernating() -> web.Response:
        return web.Response(text="<html>Your instance is hibernating</html>", content_type="text/html")

    table.mishaps.append(hibernating)
    with pytest.raises(UnusableAnswer):
        await bench.assets(table).poll()
    assert await bench.position("servicenow/alm_hardware") is None


async def test_a_fault_of_our_own_in_reading_an_answer_ends_the_poll_and_not_the_poller(
    bench: Bench, table: TableStandIn
) -> None:
    class Careless:
        def __init__(self) -> None:
            self.call: Call | None = Call(f"{table.base}/api/now/table/alm_hardware?page")

        def read(self, answer: Answer) -> Iterable[Page]:
            raise KeyError(len(answer.body))

    class CarelessFeed:
        name, kind = "servicenow/careless", ASSET

        def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
            return Careless()

    async def page() -> web.Response:
        return web.Response(text="{}")

    table.mishaps.append(page)
    with pytest.raises(UnusableAnswer, match="KeyError"):
        await bench.poller(CarelessFeed(), BasicAuthorisation("user", "password")).poll()
    assert await bench.position("servicenow/careless") is None


async def test_the_poller_goes_on_after_a_failure(bench: Bench, table: TableStandIn) -> None:
    table.mishaps.append(answering(403))
    turns = 0

    async def two_turns(seconds: float) -> None:
        nonlocal turns
        turns += 1
        if turns == 2:
            raise asyncio.CancelledError

    poller = bench.assets(table, sleep=two_turns)
    with pytest.raises(asyncio.CancelledError):
        await poller.run()
    assert len(await bench.keys()) == len(table.rows)


async def test_a_token_endpoint_that_refuses_us_ends_the_poll_and_one_that_is_down_is_waited_for(
    bench: Bench, graph: GraphStandIn
) -> None:
    graph.token_answers.append(503)
    assert len(await bench.graph(graph).poll()) == 3
    assert bench.slept == [1.0]
    graph.token_answers.append(400)
    with pytest.raises(VendorUnavailable, match="token endpoint answered 400"):
        await bench.graph(graph).poll()
