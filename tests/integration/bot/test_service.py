"""The bot as one service: it hears the log, speaks in Slack, and leaves nothing behind when it stops."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from bot.service import BotService
from bot.settings import BotSettings
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.server import Workspace
from schemas.topics import ALERT
from services.clock import FixedClock
from services.settings import Settings
from tests.fixtures.finance import NOW
from tests.fixtures.people import email_of, small_directory
from tests.integration.bot.test_alerts import alert

pytestmark = pytest.mark.integration


async def test_from_the_log_to_a_channel_and_an_orderly_stop(
    database_url: str,
    bootstrap_servers: str,
    topic_prefix: str,
    workspace: Workspace,
    people: WorkspaceClient,
    settings: BotSettings,
) -> None:
    process = Settings(
        DATABASE_URL=database_url,
        KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers,
        kafka_idempotence=False,
        topic_prefix=topic_prefix,
        directory_file=Path("unused"),
    )
    before = asyncio.all_tasks()
    service = BotService(process, settings, FixedClock(NOW), small_directory())
    await service.start()
    try:
        assert service.ready()
        idris = await people.as_user(email_of("Idris Bello"))
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
        await producer.start()
        raised = alert(1, "75 % used")
        for _ in range(2):
            await producer.send_and_wait(topic_prefix + ALERT.name, msgspec.json.encode(raised), key=b"k")
        await producer.stop()
        await idris.wait_for_message(lambda message: "75 % used" in str(message), within=30)
        assert (await idris.slash("/kit help")).outcome == "acknowledged"
    finally:
        await service.stop()
    assert workspace.connections("quartermaster") == 0
    left = {
        task.get_name()
        for task in asyncio.all_tasks() - before
        if "bot" in task.get_name() or "socket" in task.get_name()
    }
    assert not left
    assert len(await idris.history("budget")) == 1
