"""Requests that stock serves and requests that end: what the queue and the waves make of them, in any order."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import msgspec
import pytest

from schemas.events.refresh import QueueLeft
from schemas.events.request import Progress, RequestProgressed
from services.database.pool import open_pool
from services.refresh import queries, wave_queries
from services.requests import store
from services.requests.rules.machine import Status
from tests.integration.refresh.conftest import Refresh
from tests.integration.refresh.fleet import (
    DIRECTOR,
    NOW,
    TODAY,
    approved,
    changed,
    committed,
    device_id,
    raised_request,
    request_id,
)
from tests.integration.refresh.stand_ins import Budget
from tests.integration.refresh.test_waves import in_stock, proposed

pytestmark = pytest.mark.integration


def progressed(number: int, of: int | None, status: str, *, from_stock: bool | None = None) -> RequestProgressed:
    """Requests tell what became of request `number`."""
    return RequestProgressed(
        id=f"R-{number}/{status}",
        source="quartermaster/requests",
        time=NOW,
        subject=str(request_id(number)),
        data=Progress(
            request_id=request_id(number),
            reference=f"R-{number}",
            requester_email="amara.osei@metropolitan.example",
            status=status,
            explanation=status,
            revision=4,
            device_id=None if of is None else device_id(of),
            from_stock=from_stock,
        ),
    )


async def standing(refresh: Refresh) -> list[tuple[str | None, str, str | None]]:
    lines = await queries.queue(refresh.pool, DIRECTOR, TODAY)
    return sorted((line.serial, line.status, line.request_reference) for line in lines)


async def test_a_withdrawn_request_leaves_its_device_to_itself_in_any_order(refresh: Refresh) -> None:
    ends = set()
    for place, order in enumerate(permutations(range(3))):
        number = place + 1
        words = [approved(number, of=number), committed(number, of=number), progressed(number, number, "withdrawn")]
        await refresh.hear(changed(number))
        for at in order:
            await refresh.hear(words[at])
        ends |= {each[1:] for each in await standing(refresh)}
    assert ends == {("queued", None)}


async def test_what_stock_serves_is_covered_in_any_order(refresh: Refresh) -> None:
    words = [changed(1), approved(1, of=1), progressed(1, 1, "allocated", from_stock=True)]
    for order in permutations(words):
        await refresh.hear(*order)
    assert await standing(refresh) == [("SN0001", "ordered", "R-1")]
    told = approved(2, of=2)
    served = msgspec.structs.replace(told, data=msgspec.structs.replace(told.data, successor_device_id=device_id(9)))
    await refresh.hear(changed(2), served)
    assert ("SN0002", "ordered", "R-2") in await standing(refresh)


async def test_a_request_for_no_device_leaves_the_queue_when_stock_serves_it_or_it_is_withdrawn(
    refresh: Refresh,
) -> None:
    await refresh.hear(approved(1, of=None), approved(2, of=None))
    assert [each[2] for each in await standing(refresh)] == ["R-1", "R-2"]
    await refresh.hear(progressed(1, None, "allocated", from_stock=True), progressed(2, None, "withdrawn"))
    assert await standing(refresh) == []
    left = await refresh.told(QueueLeft)
    assert sorted((each.data.cause, each.data.explanation) for each in left) == [
        ("cancelled", "R-2 was withdrawn."),
        ("ordered", "R-1 is served from stock."),
    ]


async def test_a_closed_request_speaks_for_its_device_until_the_day_is_over(refresh: Refresh) -> None:
    """Its old device went to somebody else, and goes on being due."""
    await refresh.hear(changed(1), approved(1, of=1), committed(1, of=1), progressed(1, 1, "closed"))
    await refresh.sweeper().sweep()
    assert await standing(refresh) == [("SN0001", "ordered", "R-1")], "word of its return may be under way"
    refresh.clock.advance(timedelta(days=1))
    await refresh.sweeper().sweep()
    assert await standing(refresh) == [("SN0001", "queued", None)]


async def test_what_a_request_set_aside_no_wave_gives_out(refresh: Refresh, budget: Budget, database_url: str) -> None:
    budget.left_pence = 0
    await refresh.hear(changed(1), changed(2), in_stock(8), in_stock(9))
    wave = await proposed(refresh)
    assert wave.from_stock == 2
    request = msgspec.structs.replace(
        raised_request(77), status=Status.ALLOCATED, successor_device_id=device_id(9), device_id=device_id(70)
    )
    requests = await open_pool(database_url, "requests")
    async with requests.acquire() as connection:
        assert await store.insert_request(connection, request)
    await requests.close()
    decision = await refresh.waves().release(DIRECTOR, wave.wave_id, routes={}, approvals={}, idempotency_key="r")
    assert decision.wave.from_stock == 1, "it drops out of what was proposed"
    assert await wave_queries.set_aside_in(refresh.pool, device_id(8), None) == wave.wave
    assert await wave_queries.set_aside_in(refresh.pool, device_id(9), None) is None
    assert (await proposed(refresh, "b")).from_stock == 0, "and is not proposed anew"


async def test_a_device_whose_request_waits_for_its_wave_is_in_the_wave(
    refresh: Refresh, budget: Budget, database_url: str
) -> None:
    await refresh.hear(changed(1), changed(2), changed(3))
    requests = await open_pool(database_url, "requests")
    async with requests.acquire() as connection:
        for number, status in ((1, Status.WAITING_FOR_WAVE), (2, Status.WAITING_FOR_APPROVAL)):
            await store.insert_request(connection, msgspec.structs.replace(raised_request(number), status=status))
    await requests.close()
    assert (await proposed(refresh)).entries == 2, "it must not wait for a wave that leaves it out"
