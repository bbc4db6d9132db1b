"""A probe on each of the session's brokers in turn, with topics of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.eventlog.topics import ensure_topics
from tests.integration.eventlog.probe import Probe, equip


@pytest.fixture
async def probe(database_url: str, bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Probe]:
    await ensure_topics(bootstrap_servers, topic_prefix)
    pool = await equip(database_url, "probe")
    yield Probe("probe", pool, bootstrap_servers, topic_prefix)
    await pool.close()
