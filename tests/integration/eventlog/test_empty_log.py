"""The embedded broker restarts and its log is empty: everything retained is published again, and counts once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence

import pytest

from deploy.local.stack.broker import EmbeddedBroker
from schemas.events.budget import LineBalanceChanged
from services import lifecycle
from services.database.pool import Connection
from services.eventlog import relay
from services.eventlog.relay import OutboxRelay
from services.eventlog.topics import ensure_topics
from services.telemetry import EVENTS_REPEATED
from tests.fixtures.waiting import until
from tests.integration.eventlog.probe import (
    Probe,
    encoded,
    equip,
    event,
    publish,
    published,
    record,
    sequences,
)

pytestmark = pytest.mark.integration

EVENTS = 3000
KEYS = 7


async def goes_no_further_than_half(connection: Connection, _: Sequence[LineBalanceChanged]) -> None:
    """Hangs in the batch that would be past the middle."""
    if await connection.fetchval("SELECT count(*) FROM effects") >= EVENTS // 2:
        await asyncio.Event().wait()


async def test_a_log_that_came_back_empty_is_filled_again_and_every_event_counts_once(
    own_embedded_broker: EmbeddedBroker, database_url: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LOG_CHECK_SECONDS", 0.2)
    servers = own_embedded_broker.bootstrap_servers
    await ensure_topics(servers, topic_prefix)
    async with contextlib.AsyncExitStack() as stack:

        async def consumer(name: str, batch: int = 5000) -> Probe:
            pool = await equip(database_url, name)
            stack.push_async_callback(pool.close)
            return Probe(name, pool, servers, topic_prefix, batch=batch)

        sender = await equip(database_url, "sender")
        stack.push_async_callback(sender.close)
        early, half, late = await consumer("early"), await consumer("half", batch=100), await consumer("late")
        for first in range(0, EVENTS, 500):
            await record(sender, *(event(number, f"key-{number % KEYS}") for number in range(first, first + 500)))
        publishing = OutboxRelay("sender", database_url, servers, topic_prefix, idempotence=False)
        await publishing.start()
        stack.push_async_callback(publishing.stop)

        await stack.enter_async_context(early.running())
        await early.until_count(EVENTS)
        half.before = goes_no_further_than_half
        async with half.running():
            await half.until_count(500)
        half.before = None
        applied_by_half = len(await half.effects())
        repeated = EVENTS_REPEATED.labels("early")._value.get()

        await own_embedded_broker.kill()
        await own_embedded_broker.start()
        await stack.enter_async_context(half.running())
        await stack.enter_async_context(late.running())
        await late.until_count(EVENTS, seconds=60)
        await half.until_count(EVENTS, seconds=60)

        # The one that had applied everything was given everything again, and did nothing with it.
        await until(
            lambda: EVENTS_REPEATED.labels("early")._value.get() - repeated >= EVENTS,
            "every event delivered again",
            seconds=60,
        )
        await record(sender, event(EVENTS))
        for probe in (early, half, late):
            await probe.until_applied(EVENTS, seconds=60)
        records = await published(servers, topic_prefix, EVENTS + 1)
        assert publishing.ready()
        for probe in (early, half, late):
            assert probe.consumer.ready()
            assert sorted(await probe.effects()) == list(range(EVENTS + 1)), f"{probe.name}: each event once"

    assert 500 <= applied_by_half < EVENTS, "the restart came while half was under way"
    assert len({(each.key, each.value) for each in records}) == EVENTS + 1


async def test_a_relay_that_stops_while_the_broker_is_gone_gives_up_its_turn(
    own_embedded_broker: EmbeddedBroker, database_url: str, topic_prefix: str
) -> None:
    servers = own_embedded_broker.bootstrap_servers
    sender = await equip(database_url, "sender")
    connections = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quartermaster sender relay'"
    sending = OutboxRelay("sender", database_url, servers, topic_prefix, idempotence=False)
    try:
        await sending.start()
        await record(sender, event(0))
        await published(servers, topic_prefix, 1)
        await own_embedded_broker.kill()
        await record(sender, *(event(number) for number in range(1, 100)))
        await until(
            lambda: sender.fetchval("SELECT count(*) = 1 FROM outbox_cursor"), "the cursor of the log that is gone"
        )
        began = time.monotonic()
        await sending.stop()
        assert time.monotonic() - began < lifecycle.STOP_DEADLINE_SECONDS
        await until(lambda: sender.fetchval(f"SELECT ({connections}) = 0"), "the relay's connection closed")
        await own_embedded_broker.start()
        again = OutboxRelay("sender", database_url, servers, topic_prefix, idempotence=False)
        await again.start()
        try:
            records = await published(servers, topic_prefix, 100)
        finally:
            await again.stop()
    finally:
        await sending.stop()
        await sender.close()
    assert sequences(records, "one") == list(range(100))


async def test_a_consumer_stops_while_the_broker_is_gone(
    own_embedded_broker: EmbeddedBroker, database_url: str, topic_prefix: str
) -> None:
    servers = own_embedded_broker.bootstrap_servers
    await ensure_topics(servers, topic_prefix)
    pool = await equip(database_url, "probe")
    probe = Probe("probe", pool, servers, topic_prefix)
    await publish(servers, topic_prefix, encoded(1))
    async with probe.running():
        await probe.until_applied(1)
        await own_embedded_broker.kill()
        began = time.monotonic()
    assert time.monotonic() - began < lifecycle.STOP_DEADLINE_SECONDS
    assert probe.consumer.ready()
    await pool.close()
