"""Puts the refresh service together: policy, consumer, relay, daily sweep."""

from __future__ import annotations

from services.access.directory import Directory
from services.clock import Clock
from services.database.pool import open_pool
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.refresh import store
from services.refresh.consumer import TOPICS, RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.sweep import DailySweep
from services.settings import Settings


def build(settings: Settings, clock: Clock, directory: Directory) -> Service:
    """The service, not started. Raises ConfigurationError if the policy file is wrong."""
    policy = PolicyInForce.of(Policy.load(settings.policy_file), directory)
    return RefreshService(settings, clock, policy)


class RefreshService:
    """The stream service, and the sweep beside it."""

    name = "refresh"

    def __init__(self, settings: Settings, clock: Clock, policy: PolicyInForce) -> None:
        self._settings = settings
        self._clock = clock
        self._policy = policy
        self._stream = StreamService(self.name, settings, TOPICS, RefreshConsumer(policy, clock).apply)
        self._sweep: DailySweep | None = None

    async def start(self) -> None:
        """Adopt the policy, then consume and sweep."""
        await self._adopt_policy()
        await self._stream.start()
        assert self._stream.pool is not None, "a started stream service has a pool"
        self._sweep = DailySweep(self._stream.pool, self._policy, self._clock)
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
            async with pool.acquire() as connection:
                await store.adopt_policy(connection, self._policy, self._clock.now())
        finally:
            await pool.close()
