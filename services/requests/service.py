"""Requests as a running service."""

from __future__ import annotations

from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.requests.consumer import TOPICS, RequestsConsumer
from services.requests.policy import own_policy
from services.requests.rules.patience import Patience
from services.requests.sweep import WaitingSweep
from services.settings import Settings


def build(settings: Settings, clock: Clock, directory: Directory) -> Service:
    """Hears budget, refresh, register and service desk; publishes what people asked, decided and did.

    Raises ConfigurationError if the request policy contradicts itself.
    """
    return RequestsService(settings, clock, directory, own_policy().patience)


class RequestsService:
    """The stream service, and the sweep beside it."""

    name = "requests"

    def __init__(self, settings: Settings, clock: Clock, directory: Directory, patience: Patience) -> None:
        self._clock = clock
        self._directory = directory
        self._patience = patience
        self._stream = StreamService(self.name, settings, TOPICS, RequestsConsumer().apply)
        self._sweep: WaitingSweep | None = None

    async def start(self) -> None:
        """Consume and sweep."""
        await self._stream.start()
        assert self._stream.pool is not None, "a started stream service has a pool"
        self._sweep = WaitingSweep(self._stream.pool, self._clock, self._directory, self._patience)
        await self._sweep.start()

    async def stop(self) -> None:
        """Stop the sweep first: it works on the stream's pool."""
        if self._sweep is not None:
            await self._sweep.stop()
        await self._stream.stop()

    def ready(self) -> bool:
        """True while stream and sweep live."""
        return self._stream.ready() and (self._sweep is None or self._sweep.ready())
