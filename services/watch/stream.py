"""Watch's stream: a Faust edge that is replaced when it has stopped working, and says so when that does not help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiokafka.errors import KafkaError

from services.eventlog.topics import ensure_topics
from services.lifecycle import OwnedTasks
from services.settings import Settings
from services.watch.faust_edge import FaustEdge, Handle
from services.watch.liveness import Liveness, look

CHECK_SECONDS = 1.0
LOOK_EVERY_SECONDS = 10.0
TRIES = 5

log = structlog.stdlib.get_logger()


class StreamStopped(Exception):
    """Faust could not be brought back: the process must be started anew."""


class WatchStream:
    """Keeps one Faust edge consuming for as long as it runs; `timers` are done every so many real seconds beside."""

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[str],
        handle: Handle,
        timers: Sequence[tuple[float, Callable[[], Awaitable[None]]]],
    ) -> None:
        self._settings = settings
        self._group = f"{settings.topic_prefix}watch"
        self._topics = [settings.topic_prefix + topic for topic in topics]
        self._handle = handle
        self._timers = tuple(timers)
        self._tasks = OwnedTasks("watch stream")
        self._edge: FaustEdge | None = None
        self._working = False

    async def start(self) -> None:
        """Join the group, consume, and keep an eye on it."""
        await self._start_edge()
        self._tasks.start(self._keep_going(), "keep going")

    async def stop(self) -> None:
        """Leave the group and stop everything."""
        self._working = False
        await self._tasks.stop()
        await self._stop_edge()

    def ready(self) -> bool:
        """True while records are being read; false for good once bringing Faust back has failed."""
        return self._working and self._edge is not None and not self._edge.failed and not self._tasks.failed.is_set()

    async def _keep_going(self) -> None:
        while True:
            fault = await self._wait_for_fault()
            log.error("the stream has stopped and is started anew", fault=fault)
            self._working = False
            await self._stop_edge()
            await self._bring_back()

    async def _wait_for_fault(self) -> str:
        loop = asyncio.get_running_loop()
        liveness = Liveness(loop.time())
        looked = 0.0
        while (edge := self._edge) is not None and not edge.failed:
            if loop.time() - looked >= LOOK_EVERY_SECONDS:
                looked = loop.time()
                if fault := await self._fault(liveness, edge):
                    return fault
            await asyncio.sleep(CHECK_SECONDS)
        return "faust gave up"

    async def _fault(self, liveness: Liveness, edge: FaustEdge) -> str | None:
        settings = self._settings
        try:
            seen = await look(settings.kafka_bootstrap_servers, self._group, self._topics)
        except (KafkaError, OSError, TimeoutError) as error:
            # A broker that is away is nothing a new consumer would cure.
            log.warning("the broker does not say how the stream stands", error=repr(error))
            return None
        now = asyncio.get_running_loop().time()
        return liveness.fault(now, seen, edge.assigned(), busy=edge.busy)

    async def _bring_back(self) -> None:
        for tried in range(1, TRIES + 1):
            try:
                return await self._start_edge()
            except Exception as error:
                # Faust raises whatever it likes; whatever it is, another try or another process is the only cure.
                log.warning("the stream did not start", tried=tried, error=repr(error))
                await self._stop_edge()
                await asyncio.sleep(CHECK_SECONDS * 2**tried)
        raise StreamStopped(f"Faust could not be started in {TRIES} tries")

    async def _start_edge(self) -> None:
        settings = self._settings
        await ensure_topics(
            settings.kafka_bootstrap_servers, settings.topic_prefix, replication=settings.kafka_replication_factor
        )
        self._edge = FaustEdge(self._group, settings.kafka_bootstrap_servers, self._topics, self._handle)
        for seconds, work in self._timers:
            self._edge.every(seconds, work)
        await self._edge.start()
        self._working = True

    async def _stop_edge(self) -> None:
        if self._edge is not None:
            edge, self._edge = self._edge, None
            await edge.stop()
