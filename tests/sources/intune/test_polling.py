"""The complete list and the export jobs against a stand-in, with what goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
import pytest

from services.clock import FixedClock
from services.database.pool import Pool
from services.intake.measures import LastWords
from services.intake.polling.feeds import Feed, UnusableAnswer
from services.intake.polling.poller import Poller
from services.intake.polling.vendor_http import BasicAuthorisation, Vendor, VendorUnavailable
from services.intake.sources.intune import under_way
from services.intake.sources.intune.complete import FIRST_AFTER_SECONDS, CompleteFeed
from services.intake.sources.intune.export import ASK_AGAIN_SECONDS, ExportFeed
from tests.integration.intake.vendors import answering
from tests.payloads import records
from tests.sources.door import UNITS
from tests.sources.intune.graph import IntuneStandIn
from tests.sources.letters import HELEN, dead_letters
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration

TEMPLATE: dict[str, Any] = msgspec.json.decode(records("intune/managedDevices_list_page1.json", "value")[0])
WIPE = {"actionName": "wipe", "actionState": "pending", "startDateTime": "2026-11-01T09:00:12Z"}


def _device(number: int, *actions: dict[str, str]) -> dict[str, Any]:
    named = {"id": f"device-{number}", "serialNumber": f"SN{number:05d}", "deviceActionResults": list(actions)}
    return {**TEMPLATE, **named}


class Bench:
    """A poller of any feed of a stand-in, a clock to turn, and a look at what was kept."""

    def __init__(self, pool: Pool, session: aiohttp.ClientSession, graph: IntuneStandIn) -> None:
        self.pool = pool
        self.graph = graph
        self.clock = FixedClock(NOW)
        self.slept: list[float] = []
        self._session = session

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def poll(self, feed: Feed) -> int:
        """Read the feed once, six hours after the last time; how many records were new."""
        self.clock.advance(timedelta(hours=6))
        vendor = Vendor(self._session, BasicAuthorisation("user", "password"), self.sleep, chance=lambda: 1.0)
        last_words = LastWords(self.clock, {"intune"})
        poller = Poller(feed, vendor, lambda: self.pool, self.clock, UNITS, last_words, 60.0, self.sleep)
        return sum(receipt.accepted for receipt in await poller.poll())

    async def complete(self) -> int:
        return await self.poll(CompleteFeed(self.graph.base))

    async def export(self) -> int:
        return await self.poll(ExportFeed(self.graph.base))

    async def told(self, kind: str) -> list[dict[str, Any]]:
        rows = await self.pool.fetch("SELECT event FROM outbox ORDER BY transaction, position")
        events = [msgspec.json.decode(row["event"]) for row in rows]
        return [event for event in events if event["type"] == f"quartermaster.device.{kind}"]

    async def proven(self) -> list[str]:
        return [wipe["subject"] for wipe in await self.told("wipe_reported") if wipe["data"]["evidence"] == "absence"]


@pytest.fixture
async def bench(pool: Pool) -> AsyncIterator[Bench]:
    graph = IntuneStandIn([*(_device(number) for number in range(24)), _device(24, WIPE)], page=10)
    await graph.start()
    async with aiohttp.ClientSession() as session:
        yield Bench(pool, session, graph)
    await graph.stop()


async def test_a_wiped_device_is_proven_after_two_lists_without_it(bench: Bench) -> None:
    assert await bench.complete() == 25
    assert bench.slept == [FIRST_AFTER_SECONDS]
    wiped = bench.graph.devices.pop()
    assert await bench.complete() == 0
    assert await bench.proven() == []
    assert await bench.complete() == 1
    assert await bench.proven() == ["SN00024"]
    assert [left["subject"] for left in await bench.told("unenrolled")] == ["SN00024"]
    assert bench.graph.asked[-1].startswith(f"/v1.0/deviceManagement/managedDevices/{wiped['id']}?")
    assert await bench.complete() == 0
    assert await bench.proven() == ["SN00024"]


async def test_a_walk_that_breaks_off_counts_for_nothing(bench: Bench) -> None:
    await bench.complete()
    wiped = bench.graph.devices.pop()
    await bench.complete()
    for _ in range(3):
        bench.graph.mishaps.extend([None, answering(400)])
        with pytest.raises(VendorUnavailable):
            await bench.complete()
    assert await bench.proven() == []
    bench.graph.devices.append(wiped)
    await bench.complete()
    assert await bench.proven() == []


async def test_killed_between_the_list_and_the_question_it_is_asked_again_and_told_once(bench: Bench) -> None:
    await bench.complete()
    bench.graph.devices.pop()
    await bench.complete()
    bench.graph.mishaps.extend([None, None, None, answering(400)])
    with pytest.raises(VendorUnavailable):
        await bench.complete()
    assert await bench.proven() == []
    await bench.complete()
    assert await bench.proven() == ["SN00024"]


async def test_a_device_that_the_list_leaves_out_is_not_gone(bench: Bench) -> None:
    await bench.complete()
    bench.graph.hidden.add("device-24")
    for _ in range(4):
        await bench.complete()
    assert "device-24" in bench.graph.asked[-1] + bench.graph.asked[-4]
    assert await bench.proven() == []


async def test_throttled_questions_are_asked_again(bench: Bench) -> None:
    await bench.complete()
    bench.graph.devices.pop()
    await bench.complete()
    bench.graph.mishaps.extend([None, None, None, answering(429, **{"Retry-After": "17"}), answering(503)])
    await bench.complete()
    assert bench.slept[-2:] == [17.0, 2.0]
    assert await bench.proven() == ["SN00024"]


async def test_a_404_of_somebody_else_proves_nothing(bench: Bench) -> None:
    await bench.complete()
    bench.graph.devices.pop()
    await bench.complete()
    bench.graph.mishaps.extend([None, None, None, answering(404)])
    with pytest.raises(UnusableAnswer):
        await bench.complete()
    assert await bench.proven() == []


async def test_an_absence_in_the_dead_letters_can_be_replayed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(under_way.Watched, "absence", lambda _: b'{"identifiers":{}}')
        await bench.complete()
        bench.graph.devices.pop()
        await bench.complete()
        await bench.complete()
    (letter,) = await bench.pool.fetch("SELECT * FROM dead_letters")
    assert letter["source"] == "intune/absence"
    whole = (
        b'{"identifiers":{"intune":"device-24","serial":"SN00024"},"action":"wipe","wipes":true,'
        b'"requested_at":null,"last_listed_at":"2026-11-02T00:00:00Z"}'
    )
    await bench.pool.execute("UPDATE dead_letters SET body = $1", whole)
    await dead_letters(bench.pool).replay(HELEN, letter["fingerprint"])
    assert await bench.proven() == ["SN00024"]


def _report(rows: int) -> bytes:
    lines = (f'{n},2026-11-02 06:41:09.0000000,"SN{n:05d}",1,1\r\n' for n in range(rows))
    return ("\ufeffDeviceId,LastContact,SerialNumber,OwnerType,CompliantState\r\n" + "".join(lines)).encode()


async def test_a_report_is_ordered_waited_for_and_taken_in(bench: Bench) -> None:
    bench.graph.report = _report(2_300)
    assert await bench.export() == 2_300
    assert bench.slept == [ASK_AGAIN_SECONDS] * 3
    assert await bench.export() == 0
    checked_in = await bench.told("checked_in")
    assert len(checked_in) == 2_300
    assert checked_in[-1]["data"]["compliant"] is True


async def test_a_report_whose_storage_is_away_is_ordered_anew(bench: Bench) -> None:
    bench.graph.report = _report(3)
    bench.graph.mishaps.extend([None, None, answering(429, **{"Retry-After": "3"}), None, None, answering(403)])
    with pytest.raises(VendorUnavailable):
        await bench.export()
    assert await bench.export() == 3
    assert bench.graph.asked.count("/v1.0/deviceManagement/reports/exportJobs") == 2


async def test_bad_rows_of_a_report_go_to_the_dead_letters_and_can_be_replayed(bench: Bench) -> None:
    bench.graph.report = _report(2) + b"9,someday,SN00009,1,1\r\n"
    assert await bench.export() == 2
    (letter,) = await bench.pool.fetch("SELECT * FROM dead_letters")
    assert letter["source"] == "intune/export"
    assert letter["reason"].startswith("line 4 LastContact")
    mended = letter["body"].replace(b"someday", b"2026-11-02 06:41:09")
    await bench.pool.execute("UPDATE dead_letters SET body = $1", mended)
    assert (await dead_letters(bench.pool).replay(HELEN, letter["fingerprint"])).accepted == 1
