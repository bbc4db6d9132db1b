"""How fast people's acts are beside a bare writing of the same rows, in one run.

Requests are raised and approved one after another through the commands, each a transaction with policy, rights,
timeline, event, audit and idempotency key. A planner then acts on hundreds of devices in custody at once. Each is
followed by the same rows written into copies of the tables (`bare_rows`). On the embedded PostgreSQL, durable; the
last line is JSON. Read the ratios: rates are of the machine, and of what else it does.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import asyncpg
import uvloop
from rich.console import Console

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.vocabulary import Kind
from services.clock import FixedClock
from services.custody.commands import Custodies, Details
from services.custody.consumer import CustodyConsumer
from services.custody.queries import CustodyState
from services.custody.rules.machine import Cause
from services.database import migrations
from services.database.pool import open_pool
from services.requests.commands import Requests
from services.requests.queries import Reason, RequestView
from tests.bench.bare_rows import BareTables
from tests.fixtures.custody import at, returned
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.people import small_directory, viewer
from tests.fixtures.request_policies import generous

REQUESTS = int(os.environ.get("REQUESTS", 300))
DEVICES = int(os.environ.get("DEVICES", 500))
console = Console(highlight=False)


async def beside_bare(what: str, number: int, bare: BareTables, doing: Awaitable[object]) -> dict[str, float]:
    """The act's rate, and how much of the bare rate that is."""
    began = time.perf_counter()
    await doing
    seconds = time.perf_counter() - began
    bare_seconds, rows = await bare.seconds()
    assert rows >= number, f"{what}: {rows} rows for {number}"
    console.print(
        f"  {what}: {number / seconds:,.0f} a second; bare {number / bare_seconds:,.0f}, {rows / number:.1f} rows each"
    )
    return {f"{what}_per_second": round(number / seconds), f"{what}_vs_bare": round(bare_seconds / seconds, 3)}


async def requests(url: str) -> dict[str, float]:
    """Raised, then approved, one by one."""
    pool = await open_pool(url, "requests")
    commands = Requests(pool, FixedClock(NOW), small_directory(), policy=generous())
    raised: list[RequestView] = []

    async def raise_all(first: int, last: int) -> None:
        for number in range(first, last):
            view = await commands.raise_request(
                viewer("Amara Osei"),
                device_id=None,
                kind=Kind.LAPTOP,
                reason=Reason.BROKEN,
                needed_by=None,
                accessibility_needs=False,
                explanation="Screen cracked",
                delivery_place="Charing Cross",
                idempotency_key=f"raise/{number}",
            )
            raised.append(view)

    async def approve_all() -> None:
        for view in raised:
            await commands.approve(viewer("Priya Nair"), view.request_id, idempotency_key=f"approve/{view.reference}")

    # What is prepared once is prepared before anything is timed.
    await raise_all(-10, 0)
    await approve_all()
    raised.clear()
    connection = await asyncpg.connect(url)
    bare = BareTables(connection, "requests")
    await bare.begin()
    found = await beside_bare("raised", REQUESTS, bare, raise_all(0, REQUESTS))
    found |= await beside_bare("approved", REQUESTS, bare, approve_all())
    await connection.close()
    await pool.close()
    return found


async def custody(url: str) -> dict[str, float]:
    """Hundreds of devices, each step one act."""
    pool = await open_pool(url, "custody")
    custodies, helen = Custodies(pool, FixedClock(at(3)), small_directory()), viewer("Helen Marsh")
    await deliver(pool, CustodyConsumer().apply, [returned(number) for number in range(DEVICES)], size=DEVICES)
    document = await custodies.keep_document(helen, name="lot.pdf", content=b"%PDF lot")
    proof = Details(document_id=document.document_id, certificate_issuer="Secure Wipe Ltd", certificate_number="SW-1")
    found: dict[str, float] = {}
    connection = await asyncpg.connect(url)
    bare = BareTables(connection, "custody")
    await bare.begin()
    for what, cause, state, details in (
        ("certified", Cause.CERTIFY, CustodyState.RETURNED, proof),
        ("reviewed", Cause.REVIEW, CustodyState.SANITISED, Details(condition="good")),
    ):
        doing = custodies.act_on_all(helen, cause, state, details, idempotency_key=what)
        found |= await beside_bare(what, DEVICES, bare, doing)
    await connection.close()
    await pool.close()
    return found


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder), durable=True) as postgres:
            url = await postgres.create_database("bench")
            await asyncio.to_thread(migrations.apply, url)
            found = {**await requests(url), **await custody(url)}
    found |= {"requests": REQUESTS, "devices": DEVICES}
    machine = f"{platform.machine()} {platform.system()} python {platform.python_version()}"
    console.print(json.dumps(found | {"machine": machine}), soft_wrap=True)


if __name__ == "__main__":
    uvloop.run(main())
