"""What a policy would change, told before anybody says yes: all devices judged by both, nothing written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from services.database.pool import Connection
from services.refresh import store
from services.refresh.fold import device_standing
from services.refresh.placed import placement_of
from services.refresh.policy import PolicyInForce
from services.refresh.rules import assess
from services.refresh.rules.comparing import Comparison
from services.refresh.store import SQL

CHUNK = 2000
BEFORE_ALL = UUID(int=0)


async def devices_known(connection: Connection) -> int:
    """How many devices a dry run looks at."""
    return int(await connection.fetchval(SQL["devices_known"]))


async def dry_run(
    connection: Connection,
    before: PolicyInForce,
    after: PolicyInForce,
    today: date,
    year_ends_on: date,
    progress: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Judge all devices, and requests that name none, by both policies as of today. `progress` hears of each chunk.

    Reads in a transaction of its own, one view of the data, so that services may work on meanwhile.
    """
    found, last = Comparison(year_ends_on), BEFORE_ALL
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        while rows := await connection.fetch(SQL["next_of_all"], last, CHUNK):
            devices = [row["device_id"] for row in rows]
            await _compare(connection, devices, (), before, after, today, found)
            last = devices[-1]
            progress(len(devices))
        others = await connection.fetch(SQL["entries_without_facts"])
        unknown = [row["device_id"] for row in others if row["device_id"] is not None]
        requests = [row["entry_id"] for row in others if row["device_id"] is None and row["demand_id"] is None]
        await _compare(connection, unknown, requests, before, after, today, found)
    found.finish()
    return found


async def _compare(
    connection: Connection,
    devices: Sequence[UUID],
    requests: Sequence[UUID],
    before: PolicyInForce,
    after: PolicyInForce,
    today: date,
    found: Comparison,
) -> None:
    known = await store.load(connection, devices, requests)
    places = {each: placement_of(each, known) for each in devices}
    seen = [
        device_standing(
            each, known.standings.get(each), known.failures.get(each, ()), known.requests.get(each), places[each]
        )
        for each in devices
    ]
    seen += [
        device_standing(each, None, (), request, None)
        for each in requests
        if (request := known.loose_requests.get(each)) is not None and request.order_id is None
    ]
    for one in seen:
        held = known.entries.get(one.device_id)
        ordered = (held is not None and held.status == "ordered") or (one.request is not None and one.request.ordered)
        found.add(one.kind, assess(one, before, today), assess(one, after, today), ordered=ordered)
    await asyncio.sleep(0)
