"""Intake as a running service: relay, pools, web server, pollers, errands, readers of streams, and measuring."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import structlog
from aiohttp import web

from services.access.directory import Directory
from services.clock import Clock
from services.database.pool import Pool, open_pool
from services.eventlog.stream_service import StreamService
from services.intake.door.app import make_application
from services.intake.doors import OpenSource, open_sources, silent_after, source_of, units_of
from services.intake.measures import LastWords
from services.intake.polling.poller import Poller
from services.intake.polling.vendor_http import Vendor
from services.intake.settings import IntakeSettings
from services.intake.standing.standing import Standing
from services.intake.streaming.reader import StreamReader
from services.lifecycle import OwnedTasks, Service
from services.settings import Settings, read

log = structlog.stdlib.get_logger()


class IntakeService:
    """Opens the doors of every source that is on."""

    name = "intake"

    def __init__(
        self,
        settings: Settings,
        intake: IntakeSettings,
        sources: Sequence[OpenSource],
        clock: Clock,
        directory: Directory,
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._clock = clock
        self._units = units_of(directory)
        self._sources = sources
        self._feeds = [polled for source in self._sources for polled in source.feeds]
        self._errands = [errand for source in self._sources for errand in source.errands]
        self._stream = StreamService(self.name, settings, (), None)
        may_be_silent = silent_after(sources, intake.intake_silent_after_hours)
        self._last_words = LastWords(clock, set(may_be_silent))
        self._standing = Standing(self._pool, clock, self._last_words, may_be_silent, source_of)
        self._pollers = OwnedTasks("intake pollers")
        self._polling_pool: Pool | None = None
        self._readers = OwnedTasks("intake streams")
        self._streaming_pool: Pool | None = None
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self.port = intake.intake_port

    async def start(self) -> None:
        """Open the pools and the relay, then the doors, then begin to poll. Raises OSError if the port is taken."""
        self._say_what_is_off()
        await self._stream.start()
        webhooks = [webhook for source in self._sources for webhook in source.webhooks]
        application = make_application(webhooks, self._pool, self._clock, self._units, self._last_words, self._intake)
        self._runner = web.AppRunner(application, access_log=None, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._intake.intake_host, self._intake.intake_port).start()
        self.port = self._runner.addresses[0][1]
        await self._standing.start()
        if self._feeds or self._errands:
            await self._start_polling()
        await self._start_streaming()

    async def _start_polling(self) -> None:
        # Each feed holds a connection while it is read, so pollers and errands have a pool of their own.
        url = str(self._settings.database_url)
        self._polling_pool = await open_pool(url, self.name, size=len(self._feeds) + len(self._errands))
        self._session = aiohttp.ClientSession()
        for polled in self._feeds:
            poller = Poller(
                polled.feed,
                Vendor(self._session, polled.credentials(self._session), asyncio.sleep),
                self._pool_for_polling,
                self._clock,
                self._units,
                self._last_words,
                polled.every_seconds,
                asyncio.sleep,
                wakeable=polled.wakeable,
            )
            self._pollers.start(poller.run(), polled.feed.name)
        for errand in self._errands:
            self._pollers.start(errand.run(self._session, self._pool_for_polling), errand.name)

    async def _start_streaming(self) -> None:
        # Each stream holds a connection for as long as it is followed.
        streams = [stream for source in self._sources for stream in source.streams]
        if not streams:
            return
        pool = await open_pool(str(self._settings.database_url), self.name, size=len(streams))
        self._streaming_pool = pool
        for stream in streams:
            reader = StreamReader(stream, lambda: pool, self._clock, self._units, self._last_words, asyncio.sleep)
            self._readers.start(reader.run(), stream.name)

    def _say_what_is_off(self) -> None:
        for each in self._sources:
            log.info("source is on" if each.is_on else "source is off: it has no settings", source=each.source.name)

    def _pool(self) -> Pool:
        assert self._stream.pool is not None, "intake is not started"
        return self._stream.pool

    def _pool_for_polling(self) -> Pool:
        assert self._polling_pool is not None, "intake is not started"
        return self._polling_pool

    async def stop(self) -> None:
        """Close the doors first and let what is inside finish; the relay goes last."""
        if self._runner is not None:
            await self._runner.cleanup()
        await self._pollers.stop()
        await self._readers.stop()
        await self._standing.stop()
        if self._session is not None:
            await self._session.close()
        for pool in (self._polling_pool, self._streaming_pool):
            if pool is not None:
                async with asyncio.timeout(10):
                    await pool.close()
        await self._stream.stop()

    def ready(self) -> bool:
        """True while the doors are open, every poller, reader and the measuring live, and the relay works."""
        failed = self._pollers.failed.is_set() or self._readers.failed.is_set()
        return self._runner is not None and not failed and self._standing.ready() and self._stream.ready()


def build(settings: Settings, clock: Clock, directory: Directory) -> Service:
    """Intake with its own settings from the environment. Raises ConfigurationError naming what is wrong there."""
    return IntakeService(settings, read(IntakeSettings), open_sources(), clock, directory)
