"""The service on a broker: what a loss wants reaches device management, and what became of it is on the log."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local.stack.broker import EmbeddedBroker
from schemas.events.mdm import DeviceCommandProgressed
from schemas.topics import DEVICE_COMMAND_PROGRESS, LOSS
from services.clock import FixedClock
from services.database.pool import open_pool
from services.eventlog import outbox
from services.eventlog.decoding import EventReader
from services.eventlog.stream_service import StreamService
from services.mdm.mdms.choice import chosen
from services.mdm.service import MdmService
from services.settings import Settings
from tests.integration.mdm.conftest import NOW, QUICK, Know, moved, quick, settings_at, wish
from tests.integration.mdm.contrary_door import ContraryDoor

pytestmark = pytest.mark.integration


async def test_a_loss_that_wants_a_wipe_gets_it_and_the_log_says_so(
    mdm_database_url: str,
    embedded_broker: EmbeddedBroker,
    topic_prefix: str,
    know: Know,
    door: ContraryDoor,
) -> None:
    settings = Settings(
        DATABASE_URL=mdm_database_url,
        KAFKA_BOOTSTRAP_SERVERS=embedded_broker.bootstrap_servers,
        kafka_idempotence=False,
        topic_prefix=topic_prefix,
        directory_file=Path("unused"),
    )
    known = await know("ios")
    losses = StreamService("losses", settings, (), None)
    mdm = MdmService(
        settings,
        settings_at(door.url),
        FixedClock(NOW),
        open_mdms=lambda given, session: quick(chosen(given, session)),
        pace=QUICK,
    )
    losses_pool = await open_pool(mdm_database_url, "losses")
    try:
        async with losses_pool.acquire() as connection, connection.transaction():
            await outbox.append(connection, [(LOSS, moved(known.device_id, command=wish(known)))])
        await losses.start()
        await mdm.start()
        topic = f"{topic_prefix}{DEVICE_COMMAND_PROGRESS.name}"
        async with (
            asyncio.timeout(40),
            AIOKafkaConsumer(
                topic, bootstrap_servers=embedded_broker.bootstrap_servers, auto_offset_reset="earliest"
            ) as log,
        ):
            record = await anext(log)
        told = EventReader([DEVICE_COMMAND_PROGRESS]).read(DEVICE_COMMAND_PROGRESS.name, record.value or b"")
        assert isinstance(told, DeviceCommandProgressed)
        assert (told.data.command_id, told.data.state) == (wish(known).command_id, "sent")
        assert record.key == str(known.device_id).encode()
        assert mdm.ready()
        assert [action.state for action in known.device.commanded] == ["pending"]
    finally:
        await mdm.stop()
        await losses.stop()
        await losses_pool.close()
