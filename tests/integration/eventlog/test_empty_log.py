"""The embedded broker restarts and its log is empty: everything retained is published again, and counts once."""

from __future__ import annotations

import contextlib

import pytest

from deploy.local.stack.broker import EmbeddedBroker
from services.eventlog import relay
from services.eventlog.relay import OutboxRelay
from services.eventlog.topics import ensure_topics
from services.telemetry import EVENTS_REPEATED
from tests.fixtures.waiting import until
from tests.integration.eventlog.probe import Probe, equip, event, published, record

pytestmark = pytest.mark.integration

EVENTS = 3000
KEYS = 7


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
        async with half.running():
            await half.until_count(500)
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
