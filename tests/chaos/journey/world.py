"""Where everything of a journey is, and what time it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from deploy.local.scenarios.directory import directory_path
from services.access.directory import Directory
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.settings import Settings
from tests.integration.flow.run import BOROUGH
from tests.unit.refresh.policies import FILE as POLICY

DIRECTORY = Directory.load(directory_path(BOROUGH))


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is told when it begins."""

    database_url: str
    slack_url: str
    slack_token: str
    slack_secret: str
    servicenow_url: str
    vendors_url: str
    now: datetime

    @property
    def clock(self) -> FixedClock:
        return FixedClock(self.now)

    @property
    def settings(self) -> Settings:
        return Settings(
            DATABASE_URL=self.database_url,
            KAFKA_BOOTSTRAP_SERVERS="unused:9092",
            directory_file=Path("unused"),
            policy_file=POLICY,
        )

    @asynccontextmanager
    async def pool(self, schema: str, size: int = 1) -> AsyncIterator[Pool]:
        """A pool that looks in `schema` first."""
        pool = await open_pool(self.database_url, schema, size=size)
        try:
            yield pool
        finally:
            await pool.close()
