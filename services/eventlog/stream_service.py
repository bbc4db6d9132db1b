"""The common shape of a service that lives on the log: a pool, a relay, a consumer if it listens, and forgetting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from schemas.topics import Topic
from services.database.pool import Pool, open_pool
from services.eventlog.applying import Apply
from services.eventlog.consumer import BatchConsumer
from services.eventlog.forgetting import Forgets, Forgetting
from services.eventlog.relay import OutboxRelay
from services.eventlog.topics import ensure_topics
from services.settings import Settings


class StreamService:
    """Consumes `topics` with `apply` and publishes what it answers. `name` is also its database schema; `people`
    forgets what of people it may not keep.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        topics: Sequence[Topic],
        apply: Apply | None,
        *,
        lanes: int = 1,
        people: Forgets | None = None,
    ) -> None:
        self.name = name
        self._settings = settings
        self._topics = topics
        self._apply = apply
        self._lanes = lanes
        self._people = people
        self._consumer: BatchConsumer | None = None
        self._relay: OutboxRelay | None = None
        self._forgetting: Forgetting | None = None
        self.pool: Pool | None = None

    async def start(self) -> None:
        """Open the pool, make the topics exist, start relay, forgetting and consumer."""
        settings, url = self._settings, str(self._settings.database_url)
        self.pool = await open_pool(url, self.name)
        await ensure_topics(
            settings.kafka_bootstrap_servers, settings.topic_prefix, replication=settings.kafka_replication_factor
        )
        self._relay = OutboxRelay(
            self.name,
            url,
            settings.kafka_bootstrap_servers,
            settings.topic_prefix,
            idempotence=settings.kafka_idempotence,
            replication=settings.kafka_replication_factor,
        )
        await self._relay.start()
        self._forgetting = Forgetting(
            self.name, self.pool, timedelta(days=settings.dead_letter_keep_days), people=self._people
        )
        await self._forgetting.start()
        if self._apply is not None:
            self._consumer = BatchConsumer(
                self.name,
                self._topics,
                self._apply,
                self.pool,
                settings.kafka_bootstrap_servers,
                settings.topic_prefix,
                lanes=self._lanes,
            )
            await self._consumer.start()

    async def stop(self) -> None:
        """Stop the consumer first, so that the relay can still publish what it wrote."""
        for part in (self._consumer, self._forgetting, self._relay):
            if part is not None:
                await part.stop()
        if self.pool is not None:
            async with asyncio.timeout(10):
                await self.pool.close()

    def ready(self) -> bool:
        """True while every part lives."""
        return all(part.ready() for part in (self._consumer, self._forgetting, self._relay) if part is not None)
