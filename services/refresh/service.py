"""Puts the refresh service together: policy, consumer, relay, daily sweep."""

from __future__ import annotations

from services.access.directory import Directory
from services.clock import Clock
from services.database.pool import open_pool
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.refresh.consumer import TOPICS, RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.policy_store import adopt_at_start
from services.refresh.sweep import DailySweep
from services.settings import Settings


def build(settings: Settings, clock: Clock, directory: Directory) -> Service:
    """The service, not started. Raises ConfigurationError if the policy file is wrong."""
    policy = Policy.load(settings.policy_file)
    PolicyInForce.of(policy, directory)
    return RefreshService(settings, clock, policy, directory)


class RefreshService:
    """The stream service, and the sweep beside it."""

    name = "refresh"

    def __init__(self, settings: Settings, clock: Clock, from_file: Policy, directory: Directory) -> None:
        self._settings = settings
        self._clock = clock
        self._from_file = from_file
        self._directory = directory
        self._stream = StreamService(self.name, settings, TOPICS, RefreshConsumer(clock).apply)
        self._sweep: DailySweep | None = None

    async def start(self) -> None:
        """Adopt the file if it is a new version, then consume and sweep."""
        await self._adopt_policy()
        await self._stream.start()
        assert self._stream.pool is not None, "a started stream service has a pool"
        self._sweep = DailySweep(self._stream.pool, self._clock)
        await self._sweep.start()

    async def stop(self) -> None:
        """Stop the sweep first: it works on the stream's pool."""
        if self._sweep is not None:
            await self._sweep.stop()
        await self._stream.stop()

    def ready(self) -> bool:
        """True while stream and sweep live."""
        return self._stream.ready() and (self._sweep is None or self._sweep.ready())

    async def _adopt_policy(self) -> None:
        pool = await open_pool(str(self._settings.database_url), self.name, size=1)
        try:
            async with pool.acquire() as connection, connection.transaction():
                await adopt_at_start(connection, self._from_file, self._directory, self._clock.now())
        finally:
            await pool.close()
