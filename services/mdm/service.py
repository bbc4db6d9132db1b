"""Mdm as a running service: the log's consumer and relay, and the sender beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import aiohttp
import structlog

from schemas.topics import CUSTODY, LOSS
from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.mdm.consumer import MdmConsumer
from services.mdm.mdms.choice import chosen
from services.mdm.mdms.device_management import DeviceManagement
from services.mdm.sender import Sender
from services.mdm.settings import MdmSettings
from services.outbound.workers import USUAL_PACE, Pace
from services.settings import Settings, read

log = structlog.stdlib.get_logger()

OpenMdms = Callable[[MdmSettings, aiohttp.ClientSession], Mapping[str, DeviceManagement]]


class MdmService:
    """The stream service and a sender; without any management the sender says of each command that it cannot go."""

    name = "mdm"

    def __init__(
        self,
        settings: Settings,
        mdm: MdmSettings,
        clock: Clock,
        *,
        open_mdms: OpenMdms = chosen,
        pace: Pace = USUAL_PACE,
    ) -> None:
        self._mdm_settings = mdm
        self._clock = clock
        self._open_mdms = open_mdms
        self._pace = pace
        self._stream = StreamService(self.name, settings, (CUSTODY, LOSS), MdmConsumer(clock, self._wake).apply)
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
        mdms = self._open_mdms(self._mdm_settings, self._session)
        if not mdms:
            log.info("no device management to command: commands are refused")
        self._sender = Sender(self._stream.pool, mdms, self._clock, pace=self._pace)
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


def build(settings: Settings, clock: Clock, _directory: Directory) -> Service:
    """Mdm with its own settings from the environment. Raises ConfigurationError naming what is wrong there."""
    return MdmService(settings, read(MdmSettings), clock)
