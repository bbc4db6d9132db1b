"""The register's process is killed in the middle of batches, again and again; every event counts once all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.stack.broker import EmbeddedBroker
from schemas.events.device import DeviceCheckedIn
from schemas.topics import DEVICE_OBSERVED
from schemas.vocabulary import Kind
from services.database.pool import Pool, open_pool
from services.eventlog.topics import ensure_topics
from services.register.queries import verify_counts
from tests.fixtures.observations import START, checked_in
from tests.fixtures.waiting import until

pytestmark = [pytest.mark.chaos, pytest.mark.integration]

ROOT = Path(__file__).parents[3]
DEVICES, ROUNDS = 2000, 10
KILLED_AT = ("devices", "history", "outbox")
"""The tables that a batch writes after its inbox, in this order: it is killed as it comes to each."""
IN_THE_MIDDLE = """
SELECT EXISTS (SELECT FROM pg_stat_activity
               WHERE application_name = 'quartermaster register' AND backend_xid IS NOT NULL
                 AND wait_event_type = 'Lock')
"""


def check_ins(of_round: int) -> list[DeviceCheckedIn]:
    """One check-in of every device, each with an operating system newer than the round before."""
    return [
        checked_in(
            f"SER{number:05}",
            number,
            START + timedelta(hours=of_round),
            kind=Kind.LAPTOP,
            os="Windows",
            os_version=f"10.0.{of_round}",
        )
        for number in range(DEVICES)
    ]


async def publish(servers: str, prefix: str, events: Sequence[DeviceCheckedIn]) -> None:
    client = AIOKafkaProducer(bootstrap_servers=servers)
    await client.start()
    try:
        for event in events:
            await client.send(prefix + DEVICE_OBSERVED.name, msgspec.json.encode(event), key=event.subject.encode())
        await client.flush()
    finally:
        await client.stop()


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "register")
    yield opened
    await opened.close()


@pytest.mark.timeout(300)
async def test_counters_are_exact_after_kills_in_the_middle_of_batches(
    database_url: str, embedded_broker: EmbeddedBroker, topic_prefix: str, pool: Pool, tmp_path: Path
) -> None:
    servers = embedded_broker.bootstrap_servers
    await ensure_topics(servers, topic_prefix)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "QUARTERMASTER_KAFKA_IDEMPOTENCE": "false",
        "QUARTERMASTER_TOPIC_PREFIX": topic_prefix,
        "QUARTERMASTER_DIRECTORY_FILE": str(tmp_path / "unused.yaml"),
    }

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "tests.chaos.register.child"], cwd=ROOT, env=environment)

    async def accepted(count: int) -> None:
        await until(lambda: pool.fetchval("SELECT count(*) >= $1 FROM inbox", count), f"{count} events", seconds=90)

    process = start()
    try:
        # A device's first facts are no change; so let all be known before changes are counted.
        await publish(servers, topic_prefix, check_ins(0))
        await accepted(DEVICES)
        for kill, table in enumerate(KILLED_AT):
            async with pool.acquire() as ours, ours.transaction():
                await ours.execute(f"LOCK TABLE {table} IN SHARE MODE")
                await publish(servers, topic_prefix, check_ins(1 + 2 * kill) + check_ins(2 + 2 * kill))
                await until(lambda: pool.fetchval(IN_THE_MIDDLE), f"a batch that comes to {table}", seconds=60)
                process.kill()
                process.wait(10)
            process = start()
        for last in range(1 + 2 * len(KILLED_AT), ROUNDS):
            await publish(servers, topic_prefix, check_ins(last))
        await accepted(DEVICES * ROUNDS)
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait(10)

    assert await verify_counts(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM inbox") == DEVICES * ROUNDS
    assert await pool.fetchval("SELECT count(*) FROM devices") == DEVICES
    assert await pool.fetchval("SELECT sum(devices) FROM counts") == DEVICES
    assert await pool.fetchval("SELECT count(*) FROM devices WHERE os_version = $1", f"10.0.{ROUNDS - 1}") == DEVICES
    changes = await pool.fetchrow(
        "SELECT count(*), count(DISTINCT (device_id, before, after)) FROM history WHERE field = 'os_version'"
    )
    assert tuple(changes or ()) == (DEVICES * (ROUNDS - 1), DEVICES * (ROUNDS - 1))
    assert await pool.fetchval("SELECT count(*) FROM history WHERE field = 'registered'") == DEVICES
    assert await pool.fetchval("SELECT count(*) = count(DISTINCT event) FROM outbox")
    assert await pool.fetchval("SELECT count(*) FROM dead_letters") == 0
