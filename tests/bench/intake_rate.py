"""How fast a first fill goes through intake: pages of full-sized records → events → inbox, outbox and position.

`python -m tests.bench.intake_rate` prints one JSON line a feed and the last one for both. HTTP is left out: it is the
vendor's pace, not ours.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from deploy.local.stack.postgres import EmbeddedPostgres
from services.database import migrations
from services.database.pool import Pool, open_pool
from services.intake import store
from services.intake.admission import admit
from services.intake.polling.feeds import Feed
from services.intake.sources.intune.devices import DeviceFeed
from services.intake.sources.servicenow.tables import table_feeds
from services.intake.translation import Context, translate_records
from tests.payloads import records
from tests.sources.walking import one_page

PAGES = 30
PAGE = 1000
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def devices(page: int) -> bytes:
    """A page of Intune's list."""
    template: dict[str, Any] = msgspec.json.decode(records("intune/managedDevices_list_page1.json", "value")[0])
    rows = []
    for number in range(page * PAGE, (page + 1) * PAGE):
        synced = (NOW - timedelta(days=9) + timedelta(seconds=number)).isoformat()
        rows.append({**template, "id": f"id-{number}", "serialNumber": f"SN{number:06d}", "lastSyncDateTime": synced})
    link = "https://graph.microsoft.com/v1.0/deviceManagement/managedDevices?$skiptoken="
    return msgspec.json.encode({"value": rows, **({"@odata.nextLink": f"{link}{page}"} if page < PAGES - 1 else {})})


def assets(page: int) -> bytes:
    """A page of ServiceNow's table."""
    template: dict[str, Any] = msgspec.json.decode(records("servicenow/alm_hardware_table_api.json", "result")[0])
    cells = {
        name: {"value": value["value"] if isinstance(value, dict) else value, "display_value": name}
        for name, value in template.items()
    }
    cells["department"] = {"value": "d", "display_value": "Central West"}
    cells["model"] = {"value": "m", "display_value": "Dell Inc. Latitude 5440"}
    rows = []
    for number in range(page * PAGE, (page + 1) * PAGE):
        updated = (NOW - timedelta(days=9) + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S")
        changes = {"sys_id": f"{number:032x}", "serial_number": f"SN{number:06d}", "sys_updated_on": updated}
        rows.append({**cells, **{name: {"value": value, "display_value": value} for name, value in changes.items()}})
    return msgspec.json.encode({"result": rows})


async def fill(pool: Pool, feed: Feed, pages: list[bytes]) -> dict[str, Any]:
    """Read all pages as the poller does; the rates in records a second."""
    walk = feed.walk(None, NOW)
    context = Context(NOW, {"central west": "central-west"})
    translating, done, started = 0.0, 0, time.perf_counter()
    for body in pages:
        before = time.perf_counter()
        page = one_page(walk, body)
        translated = translate_records(feed.kind, page.records, context)
        translating += time.perf_counter() - before
        async with pool.acquire() as connection, connection.transaction():
            done += (await admit(connection, translated)).accepted
            if page.position is not None:
                await store.move(connection, feed.name, page.position)
    seconds = time.perf_counter() - started
    assert done == len(pages) * PAGE, f"only {done} records were accepted"
    return {
        "feed": feed.name,
        "records": done,
        "a_second": round(done / seconds),
        "translated_a_second": round(done / translating),
    }


async def main() -> None:
    """Measure both feeds on a database of their own."""
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder)) as server:
            migrations.apply(server.database_url)
            pool = await open_pool(server.database_url, "intake")
            results = [
                await fill(pool, DeviceFeed("https://graph.microsoft.com"), [devices(page) for page in range(PAGES)]),
                await fill(pool, table_feeds("https://desk.example")[0], [assets(page) for page in range(PAGES)]),
            ]
            await pool.close()
    for result in results:
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    slowest = min(result["a_second"] for result in results)
    sys.stdout.write(msgspec.json.encode({"intake_records_a_second": slowest, "target": 5000}).decode() + "\n")


if __name__ == "__main__":
    asyncio.run(main())
