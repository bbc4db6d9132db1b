"""A real server with real settings on a real database: what a vendor would meet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.intake.door.app import make_application
from services.intake.measures import LastWords
from services.intake.settings import IntakeSettings
from services.intake.source import Webhook
from tests.sources.opened import open_webhooks
from tests.unit.intake.context import NOW

UNITS = {"central west": "central-west", "central-west": "central-west"}
SETTINGS = IntakeSettings.model_validate({"intake_maximum_body_bytes": 20_000})
SECRETS = {
    "jamf_webhook_secrets": "jamf-new, jamf-old",
    "jamf_basic_user": "jamf",
    "jamf_basic_password": "jamf-password",
    "servicenow_push_secrets": "desk-secret",
    "finance_secrets": "finance-secret",
    "workspace_one_user": "wsone",
    "workspace_one_password": "wsone-new,wsone-old",
    "entra_tenant_id": "tenant",
    "entra_client_id": "client",
    "entra_client_secret": "hush",
    "entra_client_states": "nwh-graph-secret-1, nwh-graph-secret-2",
    "entra_notification_url": "https://quartermaster.example/sources/entra/notifications",
    "fleet_webhook_secrets": "fleet-new,fleet-old",
    "jira_webhook_secrets": "nwh-jira-secret,jira-old",
    "jira_serial_field": "customfield_10060",
    "jira_hardware_issue_types": "[System] Incident, Hardware fault",
}
JAMF = {"X-Quartermaster-Secret": "jamf-new", "Content-Type": "application/json"}
DESK = {"X-ServiceNow-Secret": "desk-secret", "Content-Type": "application/json"}
FINANCE = {"X-Quartermaster-Secret": "finance-secret", "Content-Type": "text/csv; charset=utf-8"}


class Door:
    """A client of the served application, and a look at what it kept."""

    def __init__(self, pool: Pool, session: aiohttp.ClientSession, base: str) -> None:
        self.pool = pool
        self.session = session
        self.base = base

    async def post(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, dict[str, Any], Any]:
        """Status, answer and headers."""
        async with self.session.post(self.base + path, data=body, headers=headers) as answer:
            return answer.status, await answer.json(), answer.headers

    async def outbox(self) -> list[dict[str, Any]]:
        """Events that were made safe, in order."""
        rows = await self.pool.fetch("SELECT event FROM outbox ORDER BY transaction, position")
        return [msgspec.json.decode(row["event"]) for row in rows]

    async def letters(self) -> list[Any]:
        """What was kept as dead letters."""
        return list(await self.pool.fetch("SELECT * FROM dead_letters ORDER BY first_seen, fingerprint"))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "intake")
    yield opened
    await opened.close()


@contextlib.asynccontextmanager
async def serving(pool: Pool, webhooks: Sequence[Webhook]) -> AsyncIterator[str]:
    """These webhooks served as the service does; the base address."""
    clock = FixedClock(NOW)
    last_words = LastWords(clock, {webhook.kind.source for webhook in webhooks})
    application = make_application(webhooks, lambda: pool, clock, UNITS, last_words, SETTINGS)
    runner = web.AppRunner(application, access_log=None, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
    await asyncio.sleep(0)


@pytest.fixture
async def door(pool: Pool) -> AsyncIterator[Door]:
    async with serving(pool, open_webhooks(SECRETS)) as base, aiohttp.ClientSession() as session:
        yield Door(pool, session, base)
