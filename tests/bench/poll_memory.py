"""How much memory it takes to page through half a million records: `python -m tests.bench.poll_memory [records]`.

A stand-in of ServiceNow's Table API in a process of its own makes the pages; the poller reads them by HTTP and writes
their events, inbox, outbox and position to PostgreSQL. Halfway the poller is dropped and begun anew from its position.
The last line is JSON: records a second, and the growth of this process's peak memory between the first tenth and the
end, which stays flat if memory is bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import re
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from deploy.local.stack.postgres import EmbeddedPostgres
from services.clock import FixedClock
from services.database import migrations
from services.database.pool import open_pool
from services.intake.measures import LastWords
from services.intake.polling.poller import Poller
from services.intake.polling.vendor_http import BasicAuthorisation, Vendor
from services.intake.sources.servicenow.tables import PAGE_SIZE, TableFeed, table_feeds
from tests.payloads import records as payload_records

RECORDS = 500_000
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIRST = NOW - timedelta(days=30)
_CURSOR = re.compile(r"sys_id>([0-9a-f]{32})")


def _stand_in(records: int, pipe: Pipe) -> None:
    template: dict[str, Any] = msgspec.json.decode(
        payload_records("servicenow/alm_hardware_table_api.json", "result")[0]
    )
    cells = {
        name: {"value": value["value"] if isinstance(value, dict) else value, "display_value": name}
        for name, value in template.items()
    }

    def row(number: int) -> dict[str, Any]:
        updated = (FIRST + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S")
        own = {"sys_id": f"{number:032x}", "serial_number": f"SN{number:07d}", "sys_updated_on": updated}
        own |= {"asset_tag": f"QM-{number:07d}", "ci": f"{number + (1 << 60):032x}"}
        return {**cells, **{name: {"value": value, "display_value": value} for name, value in own.items()}}

    async def page(request: web.Request) -> web.Response:
        query = request.query["sysparm_query"]
        cursor = _CURSOR.search(query)
        if cursor is not None:
            first = int(cursor[1], 16) + 1
        elif (since := re.search(r"sys_updated_on>=([-0-9: ]{19})", query)) is not None:
            at = datetime.strptime(since[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            first = max(int((at - FIRST).total_seconds()), 0)
        else:
            first = 0
        rows = [row(number) for number in range(first, min(first + PAGE_SIZE, records))]
        return web.Response(body=msgspec.json.encode({"result": rows}), content_type="application/json")

    async def serve() -> None:
        application = web.Application()
        application.router.add_get("/api/now/table/{table}", page)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)  # until the bench says that it is over
        await runner.cleanup()

    asyncio.run(serve())


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Halfway(Exception):
    """The poller is dropped here, as a crash would."""


async def _poll(base: str, records: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder)) as server, aiohttp.ClientSession() as session:
            migrations.apply(server.database_url)
            pool = await open_pool(server.database_url, "intake", size=2)
            clock, peaks, pages = FixedClock(NOW), {}, 0

            class Counted(Vendor):
                async def ask(self, call: Any) -> Any:
                    nonlocal pages
                    pages += 1
                    if pages == records // PAGE_SIZE // 10:
                        peaks["first tenth"] = _peak_mib()
                    if pages == records // PAGE_SIZE // 2:
                        raise _Halfway
                    return await super().ask(call)

            def poller() -> Poller:
                feed: TableFeed = table_feeds(base)[0]
                vendor = Counted(session, BasicAuthorisation("user", "password"), asyncio.sleep)
                return Poller(
                    feed, vendor, lambda: pool, clock, {}, LastWords(clock, {"servicenow"}), 60, asyncio.sleep
                )

            started = time.perf_counter()
            with contextlib.suppress(_Halfway):
                await poller().poll()
            await poller().poll()
            seconds = time.perf_counter() - started
            events = await pool.fetchval("SELECT count(*) FROM outbox")
            await pool.close()
    assert events == records, f"{events} events of {records} records"
    peaks["end"] = _peak_mib()
    return {
        "polled_records": records,
        "a_second": round(records / seconds),
        "peak_mib": round(peaks["end"]),
        "growth_mib": round(peaks["end"] - peaks["first tenth"]),
    }


def main() -> None:
    """Poll, print, and stop what was started."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_stand_in, args=(records, theirs), daemon=True)
    process.start()
    try:
        result = asyncio.run(_poll(ours.recv(), records))
    finally:
        ours.send("over")
        process.join(10)
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")


if __name__ == "__main__":
    main()
