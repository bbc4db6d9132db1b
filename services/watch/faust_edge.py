"""The one place that knows Faust. It has no types and a life of its own, so it stands behind this wrapper.

What Faust gives us: a consumer whose heartbeats have their own thread, an agent a topic, timers. What we keep from it:
- its tables, changelogs and web server: off. State is in PostgreSQL (ADR 0006), topics are made by `ensure_topics`;
- its acknowledging: `Stream.take` acknowledges a batch even when its handler fails or is cancelled by a stop, which
  loses it. Here a record is acknowledged after its batch was handled, never otherwise: delivery is at least once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import faust
import structlog

from services.eventlog.applying import Record
from services.lifecycle import OwnedTasks

Handle = Callable[[Sequence[Record]], Awaitable[None]]
"""Does a batch's work; returns once all of it may be acknowledged, and does not raise."""

BATCH = 500
LINGER_SECONDS = 0.05
START_SECONDS = 60.0
STOP_SECONDS = 8.0
SESSION_SECONDS = 10.0
"""The embedded broker lets a group form only after half of this; Faust's own default would be half a minute."""

log = structlog.stdlib.get_logger()


class FaustEdge:
    """One Faust app inside the running loop, used once: `start`, then `stop`. A new life needs a new edge."""

    def __init__(self, group: str, bootstrap_servers: str, topics: Sequence[str], handle: Handle) -> None:
        self._handle = handle
        self._tasks = OwnedTasks(f"{group} edge")
        self._busy = 0
        self._waiting = {topic: asyncio.Queue[Any](maxsize=2 * BATCH) for topic in topics}
        self._app: Any = faust.App(
            id=group,
            broker=";".join(f"kafka://{server.strip()}" for server in bootstrap_servers.split(",")),
            store="memory://",
            autodiscover=False,
            web_enabled=False,
            # Nothing that would make topics of its own: `ensure_topics` makes them all.
            topic_allow_declare=False,
            topic_disable_leader=True,
            table_standby_replicas=0,
            processing_guarantee="at_least_once",
            consumer_auto_offset_reset="earliest",
            broker_commit_interval=0.5,
            broker_session_timeout=SESSION_SECONDS,
            broker_rebalance_timeout=SESSION_SECONDS,
            broker_heartbeat_interval=SESSION_SECONDS / 4,
            # With this on, a stop waits for ever for a batch that cannot end.
            stream_wait_empty=False,
        )
        # We publish through the outbox only, and keep no files.
        self._app.boot_strategy.enable_kafka_producer = False
        self._app.boot_strategy.enable_web = False
        self._app._create_directories = lambda: None
        for topic, waiting in self._waiting.items():
            self._add_agent(topic, waiting)

    def every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` every so many seconds of real time once started. It must not raise: that would end the app."""
        self._app.timer(seconds)(work)

    async def start(self) -> None:
        """Join the group and begin. Raises TimeoutError if that takes a minute; stop it then all the same."""
        # Faust takes its loop when it is first used; say which, for it would ask the thread's default.
        self._app.loop = asyncio.get_running_loop()
        for topic, waiting in self._waiting.items():
            self._tasks.start(self._work(waiting), topic)
        async with asyncio.timeout(START_SECONDS):
            await self._app.start()

    async def stop(self) -> None:
        """Leave the group, within a deadline. What was not handled is delivered again to whoever comes next."""
        await self._tasks.stop()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._app.stop()
        except TimeoutError:
            log.error("faust did not stop in time", seconds=STOP_SECONDS)

    @property
    def failed(self) -> bool:
        """True once Faust gave up, or a batch's worker did: no record will be handled any more."""
        return bool(self._app.crashed or self._app.should_stop) or self._tasks.failed.is_set()

    @property
    def busy(self) -> bool:
        """True while a batch is being handled (perhaps for long, while a database is away)."""
        return self._busy > 0

    def assigned(self) -> set[tuple[str, int]]:
        """The (topic, partition) pairs this member reads."""
        return {(each.topic, each.partition) for each in self._app.consumer.assignment()}

    def _add_agent(self, topic: str, waiting: asyncio.Queue[Any]) -> None:
        source = self._app.topic(topic, key_serializer="raw", value_serializer="raw", internal=False)

        async def feed(stream: Any) -> None:
            async for event in stream.noack().events():
                await waiting.put(event)

        self._app.agent(source, name=f"{topic} agent")(feed)

    async def _work(self, waiting: asyncio.Queue[Any]) -> None:
        while True:
            batch = [await waiting.get()]
            if waiting.qsize() < BATCH - 1:
                await asyncio.sleep(LINGER_SECONDS)
            while len(batch) < BATCH and not waiting.empty():
                batch.append(waiting.get_nowait())
            self._busy += 1
            try:
                await self._handle([event.message for event in batch])
            finally:
                self._busy -= 1
            for event in batch:
                event.ack()
