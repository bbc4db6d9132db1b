"""The whole service on a broker: what the register publishes comes out as queue events, and time passes by itself."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.stack.broker import EmbeddedBroker
from schemas.events.refresh import QueueEntered, RefreshEvent
from schemas.events.register import DeviceChanged
from schemas.topics import DEVICE_CHANGED, REFRESH
from services.clock import FixedClock
from services.errors import ConfigurationError
from services.refresh.service import build
from services.settings import Settings
from tests.integration.refresh.fleet import DIRECTORY, NOW, changed, device_id

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(database_url: str, embedded_broker: EmbeddedBroker, topic_prefix: str) -> Settings:
    return Settings(
        DATABASE_URL=database_url,
        KAFKA_BOOTSTRAP_SERVERS=embedded_broker.bootstrap_servers,
        kafka_idempotence=False,
        topic_prefix=topic_prefix,
        directory_file=Path("unused.yaml"),
    )


async def test_from_facts_to_queue_events(settings: Settings) -> None:
    clock = FixedClock(NOW)
    service = build(settings, clock, DIRECTORY)
    try:
        await service.start()
        await _publish(settings, [changed(1), changed(2, purchased_on=date(2021, 11, 6))])
        consumer = AIOKafkaConsumer(
            settings.topic_prefix + REFRESH.name,
            bootstrap_servers=settings.kafka_bootstrap_servers,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            assert (await _next_entered(consumer)).data.device_id == device_id(1)
            clock.advance(timedelta(days=2))
            entered = await _next_entered(consumer)
            assert entered.data.device_id == device_id(2)
            assert entered.id.startswith("sweep/2024-11-06/")
        finally:
            await consumer.stop()
        assert service.ready()
    finally:
        await service.stop()


async def _publish(settings: Settings, events: list[DeviceChanged]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers)
    await producer.start()
    try:
        for event in events:
            topic = settings.topic_prefix + DEVICE_CHANGED.name
            await producer.send_and_wait(topic, msgspec.json.encode(event), key=event.subject.encode())
    finally:
        await producer.stop()


async def _next_entered(consumer: AIOKafkaConsumer) -> QueueEntered:
    async with asyncio.timeout(30):
        async for record in consumer:
            event = msgspec.json.decode(record.value, type=RefreshEvent)
            if isinstance(event, QueueEntered):
                return event
    raise AssertionError("the topic ended")


def test_a_wrong_policy_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    wrong = tmp_path / "policy.yaml"
    wrong.write_text("version: x\n")
    with pytest.raises(ConfigurationError, match="refresh policy"):
        build(settings.model_copy(update={"policy_file": wrong}), FixedClock(NOW), DIRECTORY)
