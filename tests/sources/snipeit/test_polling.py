from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from services.database.pool import Pool
from services.intake.polling.feeds import UnusableAnswer
from services.intake.polling.vendor_http import BearerAuthorisation, VendorUnavailable
from services.intake.sources.snipeit import hardware
from services.intake.sources.snipeit.hardware import hardware_feeds
from services.intake.sources.snipeit.translation import HARDWARE
from tests.integration.intake.vendors import StandIn, answering
from tests.sources.polled import Polled
from tests.sources.snipeit.server import Server
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration

TOKEN = "snipe-token"
PAGE = 20


class SnipeItStandIn(StandIn):
    """The played server over HTTP, with what stands before it."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server

    def route(self, application: web.Application) -> None:
        application.router.add_get("/api/v1/hardware", self._read)

    async def _read(self, request: web.Request) -> web.Response:
        if (instead := await self.mishap(request)) is not None:
            return instead
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": "error", "messages": "Unauthorized."})
        return web.json_response(self.server.answer(request.query))


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "PAGE_SIZE", PAGE)


@pytest.fixture
async def snipeit() -> AsyncIterator[SnipeItStandIn]:
    server = Server(random.Random(7), NOW - timedelta(days=30))
    for _ in range(3 * PAGE):
        server.add()
        server.wait(timedelta(minutes=30))
    stand_in = SnipeItStandIn(server)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def test_throttled_cut_off_refused_and_killed_between_pages_each_asset_counts_once(
    pool: Pool, snipeit: SnipeItStandIn
) -> None:
    feed, archived, deleted = hardware_feeds(snipeit.base, HARDWARE)

    async def cut_off() -> web.Response:
        return web.Response(body=b'{"total":60,"rows":[{"id":1,"ser')

    async with aiohttp.ClientSession() as session:
        with pytest.raises(UnusableAnswer, match="Unauthorized"):
            await Polled(pool, session, BearerAuthorisation("guess")).poll(feed)
        polled = Polled(pool, session, BearerAuthorisation(TOKEN))
        snipeit.mishaps.extend([None, None, answering(429, **{"Retry-After": "11"}), None, cut_off])
        with pytest.raises(UnusableAnswer):
            await polled.poll(feed)
        assert polled.slept == [11.0]
        where_it_was = await polled.position(feed)
        assert where_it_was["offset"] == str(2 * (PAGE - 1))
        snipeit.mishaps.append(answering(500))
        await polled.poll(feed)
        assert f"offset={where_it_was['offset']}" in snipeit.asked[-3]
        assert "offset" not in await polled.position(feed)
        told = await polled.events()
        assert {event["data"]["identifiers"]["snipeit"] for event in told} == {str(n) for n in snipeit.server.rows}
        assert len(told) == len(snipeit.server.rows)
        # What changes is told, and what leaves the list is found in its own.
        gone, sold, *_ = snipeit.server.rows
        snipeit.server.change(gone, listed="deleted")
        snipeit.server.change(sold, listed="archived")
        for each in (feed, archived, deleted):
            await polled.poll(each)
        assert len(await polled.events()) == len(told) + 2
        snipeit.mishaps.append(answering(302, Location="http://127.0.0.1:9/login"))
        with pytest.raises(VendorUnavailable, match="302"):
            await polled.poll(feed)
