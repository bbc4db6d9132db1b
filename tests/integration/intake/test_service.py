from __future__ import annotations

import secrets
from pathlib import Path

import aiohttp
import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local.stack.broker import EmbeddedBroker
from schemas.events.device import DeviceCheckedIn
from schemas.topics import DEVICE_OBSERVED
from services.access.directory import Directory, Unit
from services.clock import FixedClock
from services.eventlog.decoding import EventReader
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from services.settings import Settings
from tests.fixtures.waiting import until
from tests.integration.intake.test_polling import _device
from tests.integration.intake.vendors import GraphStandIn
from tests.payloads import payload
from tests.sources.door import JAMF
from tests.sources.opened import opened
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration

DIRECTORY = Directory([Unit(code="central-west", name="Central West")], [])


async def test_a_webhook_and_a_polled_list_both_reach_the_log(
    database_url: str, embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    graph = GraphStandIn([_device(number) for number in range(3)], page=2)
    await graph.start()
    prefix = f"test-{secrets.token_hex(4)}."
    settings = Settings.model_validate(
        {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": embedded_broker.bootstrap_servers,
            "kafka_idempotence": False,
            "topic_prefix": prefix,
            "directory_file": tmp_path / "directory.yaml",
        }
    )
    intake = IntakeSettings.model_validate({"intake_port": 0})
    sources = opened(
        {
            "jamf_webhook_secrets": "jamf-new",
            "intune_tenant_id": "tenant",
            "intune_client_id": "client",
            "intune_client_secret": "hush",
            "intune_graph_url": graph.base,
            "intune_login_url": graph.base,
        }
    )
    service = IntakeService(settings, intake, sources, FixedClock(NOW), DIRECTORY)
    consumer = AIOKafkaConsumer(
        prefix + DEVICE_OBSERVED.name,
        bootstrap_servers=embedded_broker.bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    try:
        await service.start()
        await until(service.ready, "intake to be ready")
        async with aiohttp.ClientSession() as session:
            address = f"http://127.0.0.1:{service.port}/sources/jamf/webhook"
            async with session.post(address, data=payload("jamf/ComputerCheckIn.json"), headers=JAMF) as answer:
                assert answer.status == 200
            async with session.post(address.replace("jamf/webhook", "finance/extract")) as answer:
                assert answer.status == 404  # a source without settings is off
        await consumer.start()
        reader = EventReader([DEVICE_OBSERVED])
        events = [
            reader.read(DEVICE_OBSERVED.name, record.value) for record in [await consumer.getone() for _ in range(4)]
        ]
    finally:
        await consumer.stop()
        await service.stop()
        await graph.stop()
    assert all(isinstance(event, DeviceCheckedIn) for event in events)
    assert {event.subject for event in events if event} == {"SN00000", "SN00001", "SN00002", "C02ZP1QMD6NV"}
