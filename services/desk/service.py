"""Desk as a running service: the log's consumer and relay, and the sender beside them."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import structlog

from schemas.topics import DESK_TICKET, REQUEST
from services.access.directory import Directory
from services.clock import Clock
from services.desk.consumer import DeskConsumer
from services.desk.desks.choice import chosen
from services.desk.desks.service_desk import ServiceDesk
from services.desk.sender import USUAL_PACE, Pace, Sender
from services.desk.settings import DeskSettings
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.settings import Settings, read

log = structlog.stdlib.get_logger()

OpenDesk = Callable[[DeskSettings, aiohttp.ClientSession], ServiceDesk | None]


class DeskService:
    """The stream service, and a sender where there is a desk."""

    name = "desk"

    def __init__(
        self, settings: Settings, desk: DeskSettings, *, open_desk: OpenDesk = chosen, pace: Pace = USUAL_PACE
    ) -> None:
        self._desk_settings = desk
        self._open_desk = open_desk
        self._pace = pace
        consumer = DeskConsumer(desk.desk_deployment, self._wake)
        self._stream = StreamService(self.name, settings, (REQUEST, DESK_TICKET), consumer.apply)
        self._session: aiohttp.ClientSession | None = None
        self._sender: Sender | None = None

    def _wake(self) -> None:
        if self._sender is not None:
            self._sender.wake()

    async def start(self) -> None:
        """Consume, then send."""
        await self._stream.start()
        assert self._stream.pool is not None, "a started stream service has a pool"
        self._session = aiohttp.ClientSession()
        desk = self._open_desk(self._desk_settings, self._session)
        if desk is None:
            log.info("no service desk: tickets are kept and not sent")
            return
        self._sender = Sender(self._stream.pool, desk, self._desk_settings.desk_deployment, pace=self._pace)
        await self._sender.start()

    async def stop(self) -> None:
        """Stop the sender first: it works on the stream's pool."""
        if self._sender is not None:
            await self._sender.stop()
        if self._session is not None:
            await self._session.close()
        await self._stream.stop()

    def ready(self) -> bool:
        """True while stream and sender live."""
        return self._stream.ready() and (self._sender is None or self._sender.ready())


def build(settings: Settings, _clock: Clock, _directory: Directory) -> Service:
    """Desk with its own settings from the environment. Raises ConfigurationError naming what is wrong there."""
    return DeskService(settings, read(DeskSettings))
