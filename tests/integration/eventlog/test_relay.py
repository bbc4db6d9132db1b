"""The relay: in order, nothing skipped, one at a time, and again after every loss."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from deploy.local.stack.broker import cluster_id_at
from services.eventlog import outbox, relay
from services.eventlog.relay import LOG_HEADER, OutboxRelay, Retention
from tests.fixtures.waiting import until
from tests.integration.eventlog.probe import TOPIC, Probe, event, published, record, sequences

RELAY = "quartermaster probe relay"
HOLDERS = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextlib.asynccontextmanager
async def relaying(
    database_url: str, servers: str, prefix: str, retention: Retention | None = None
) -> AsyncIterator[OutboxRelay]:
    running = OutboxRelay("probe", database_url, servers, prefix, idempotence=False, retention=retention)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def test_each_keys_events_are_published_in_the_order_they_were_recorded(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str
) -> None:
    keys = ("one", "two", "three")
    for first in range(0, 300, 20):
        await record(probe.pool, *(event(first + step, key) for step in range(20) for key in keys))
    async with relaying(database_url, bootstrap_servers, topic_prefix):
        for first in range(300, 340, 20):
            await record(probe.pool, *(event(first + step, key) for step in range(20) for key in keys))
        records = await published(bootstrap_servers, topic_prefix, 340 * 3)
    for key in keys:
        assert sequences(records, key) == list(range(340))
    log_id = await cluster_id_at(bootstrap_servers)
    assert {each.headers for each in records} == {((LOG_HEADER, str(log_id).encode()),)}


async def test_a_transaction_that_commits_late_is_neither_skipped_nor_overtaken(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str
) -> None:
    async with relaying(database_url, bootstrap_servers, topic_prefix):
        await record(probe.pool, event(0))
        await published(bootstrap_servers, topic_prefix, 1)
        async with probe.pool.acquire() as older, probe.pool.acquire() as younger:
            late = older.transaction()
            await late.start()
            await outbox.append(older, [(TOPIC, event(1))])
            async with younger.transaction():
                await outbox.append(younger, [(TOPIC, event(2))])
            # The younger one is committed, its relay was told, and has looked: it holds the row back.
            looked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state_change > $2"
            committed_at = await younger.fetchval("SELECT clock_timestamp()")
            await until(lambda: younger.fetchval(looked, RELAY, committed_at), "the relay's look")
            await outbox.append(older, [(TOPIC, event(3))])
            await late.commit()
        records = await published(bootstrap_servers, topic_prefix, 4)
    assert sequences(records, "one") == [0, 1, 3, 2]


async def test_many_writers_at_once_lose_nothing(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str
) -> None:
    async def write(key: str) -> None:
        for number in range(0, 60, 3):
            async with probe.pool.acquire() as connection, connection.transaction():
                for step in range(3):
                    await outbox.append(connection, [(TOPIC, event(number + step, key))])
                    await asyncio.sleep(0)

    async with relaying(database_url, bootstrap_servers, topic_prefix):
        await asyncio.gather(*(write(f"key-{number}") for number in range(8)))
        records = await published(bootstrap_servers, topic_prefix, 8 * 60)
    assert len(records) == 8 * 60
    for number in range(8):
        assert sequences(records, f"key-{number}") == list(range(60))


async def test_transactions_are_ordered_as_numbers(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str
) -> None:
    for number, transaction in enumerate(["9", "10", "99", "100", "101"]):
        sent = event(number)
        await probe.pool.execute(
            "INSERT INTO outbox (transaction, topic, key, event) VALUES ($1::text::xid8, $2, $3, $4)",
            transaction,
            TOPIC.name,
            sent.subject,
            msgspec.json.encode(sent),
        )
    async with relaying(database_url, bootstrap_servers, topic_prefix):
        await record(probe.pool, event(5))
        records = await published(bootstrap_servers, topic_prefix, 6)
    assert sequences(records, "one") == list(range(6))


async def test_a_relay_that_lost_its_database_connection_starts_again(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str
) -> None:
    async with relaying(database_url, bootstrap_servers, topic_prefix) as running:
        await record(probe.pool, event(0))
        await published(bootstrap_servers, topic_prefix, 1)
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1"
        assert await probe.pool.fetchval(ended, RELAY)
        await record(probe.pool, event(1), event(2))
        records = await published(bootstrap_servers, topic_prefix, 3)
        assert running.ready()
    assert sequences(records, "one") == [0, 1, 2]


async def test_of_two_relays_one_works_and_the_other_takes_over(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str
) -> None:
    async def connected(count: int) -> None:
        many = "SELECT count(*) = $2 FROM pg_stat_activity WHERE application_name = $1"
        await until(lambda: probe.pool.fetchval(many, RELAY, count), f"{count} relays")

    async with relaying(database_url, bootstrap_servers, topic_prefix) as first:
        await record(probe.pool, event(0))
        await published(bootstrap_servers, topic_prefix, 1)
        async with relaying(database_url, bootstrap_servers, topic_prefix):
            await connected(2)
            assert await probe.pool.fetchval(HOLDERS) == 1
            await record(probe.pool, *(event(number) for number in range(1, 50)))
            await published(bootstrap_servers, topic_prefix, 50)
            await first.stop()
            await connected(1)
            await record(probe.pool, *(event(number) for number in range(50, 60)))
            records = await published(bootstrap_servers, topic_prefix, 60)
    # Every event once: had both worked, some would be there twice.
    assert sequences(records, "one") == list(range(60))


async def test_what_is_published_and_old_is_pruned_and_nothing_else(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "PRUNE_SECONDS", -1.0)
    await record(probe.pool, *(event(number) for number in range(10)))
    await probe.pool.execute("UPDATE outbox SET recorded_at = now() - interval '3 days' WHERE position <= 6")
    await probe.pool.execute(
        "INSERT INTO inbox SELECT gen_random_uuid(), current_date - age FROM generate_series(0, 29) AS age"
    )
    kept = Retention(outbox=timedelta(days=2), inbox_days=14)
    async with relaying(database_url, bootstrap_servers, topic_prefix, kept):
        records = await published(bootstrap_servers, topic_prefix, 10)
        await until(lambda: probe.pool.fetchval("SELECT count(*) = 4 FROM outbox"), "the old rows gone")
        # Of today and fourteen days before; at midnight one more becomes old while we look.
        young = "SELECT count(*) = 15 - (current_date - max(accepted_on)) FROM inbox"
        await until(lambda: probe.pool.fetchval(young), "the old keys gone")
    assert sequences(records, "one") == list(range(10))
    assert await probe.pool.fetchval("SELECT max(accepted_on) - min(accepted_on) = count(*) - 1 FROM inbox")


async def test_what_is_old_but_was_never_published_is_not_pruned(
    probe: Probe, database_url: str, bootstrap_servers: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "PRUNE_SECONDS", -1.0)
    await record(probe.pool, event(0))
    async with probe.pool.acquire() as older, older.transaction():
        await older.execute("SELECT pg_current_xact_id()")
        await record(probe.pool, event(1))
        await probe.pool.execute("UPDATE outbox SET recorded_at = now() - interval '3 days'")
        async with relaying(database_url, bootstrap_servers, topic_prefix):
            await published(bootstrap_servers, topic_prefix, 1)
            await until(lambda: probe.pool.fetchval("SELECT count(*) = 1 FROM outbox"), "the published row gone")
    async with relaying(database_url, bootstrap_servers, topic_prefix):
        records = await published(bootstrap_servers, topic_prefix, 2)
    assert sequences(records, "one") == [0, 1]
