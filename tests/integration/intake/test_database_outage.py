from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from deploy.local.stack.ports import free_ports
from deploy.local.stack.postgres import EmbeddedPostgres
from services.database import migrations
from services.database.pool import open_pool
from tests.payloads import payload
from tests.sources.door import JAMF, Door, serve

pytestmark = pytest.mark.integration

WEBHOOK = "/sources/jamf/webhook"


async def test_without_its_database_intake_asks_to_send_again_and_loses_nothing(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path, port=free_ports(1)[0], durable=False)
    await server.start()
    try:
        migrations.apply(server.database_url)
        pool = await open_pool(server.database_url, "intake")
        runner, base = await serve(pool)
        async with aiohttp.ClientSession() as session:
            door = Door(pool, session, base)
            first, second = payload("jamf/ComputerCheckIn.json"), payload("jamf/ComputerAdded.json")
            assert (await door.post(WEBHOOK, first, JAMF))[0] == 200
            await server.stop()
            for _ in range(3):
                status, answer, headers = await door.post(WEBHOOK, second, JAMF)
                assert (status, headers["Retry-After"]) == (503, "5")
                assert "Traceback" not in str(answer)
            await server.start()
            assert (await door.post(WEBHOOK, second, JAMF))[0] == 200
            assert len(await door.outbox()) == 2
        await runner.cleanup()
        await pool.close()
    finally:
        await server.stop()
