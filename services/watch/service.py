"""Watch as a running service."""

from __future__ import annotations

from schemas.topics import BUDGET, CUSTODY, DEVICE_FAILED, IDENTITY_CONFLICT, LOSS, SOURCE_HEALTH, UNIT_AGEING
from services.access.directory import Directory
from services.clock import Clock
from services.eventlog.applying import RecordApplier
from services.eventlog.stream_service import StreamService
from services.lifecycle import Service
from services.settings import Settings
from services.watch.consumer import WANTED, WatchConsumer
from services.watch.evaluation import Evaluation
from services.watch.money import MoneyJudge
from services.watch.money_sweep import MoneySweep
from services.watch.stream import WatchStream
from services.watch.sweep import Sweep
from services.watch.thresholds import Thresholds, load_thresholds

TOPICS = (DEVICE_FAILED, UNIT_AGEING, BUDGET, IDENTITY_CONFLICT, SOURCE_HEALTH, LOSS, CUSTODY)


class WatchService:
    """A pool and a relay as every service has, and Faust in place of the batch consumer."""

    name = "watch"

    def __init__(self, settings: Settings, clock: Clock, directory: Directory, thresholds: Thresholds) -> None:
        self._settings = settings
        self._clock = clock
        self._thresholds = thresholds
        self._evaluation = Evaluation(thresholds, directory)
        self._plumbing = StreamService(self.name, settings, TOPICS, None)
        self._stream: WatchStream | None = None

    async def start(self) -> None:
        """Open the pool, start the relay, then the stream."""
        await self._plumbing.start()
        pool = self._plumbing.pool
        assert pool is not None
        applier = RecordApplier(
            self.name,
            TOPICS,
            WatchConsumer(self._evaluation, self._clock).apply,
            pool,
            self._settings.topic_prefix,
            wanted=WANTED,
        )
        sweep = Sweep(self._evaluation, self._clock, pool)
        money = MoneySweep(MoneyJudge(self._thresholds.money), self._clock, pool)
        self._stream = WatchStream(
            self._settings,
            [topic.name for topic in TOPICS],
            applier.apply,
            [
                (self._thresholds.sweep_seconds, sweep.run_on_timer),
                (self._thresholds.money.sweep_seconds, money.run_on_timer),
            ],
        )
        await self._stream.start()

    async def stop(self) -> None:
        """Stop the stream first, so that the relay can still publish what it wrote."""
        if self._stream is not None:
            await self._stream.stop()
        await self._plumbing.stop()

    def ready(self) -> bool:
        """True while the stream moves and the relay lives."""
        return self._plumbing.ready() and self._stream is not None and self._stream.ready()


def build(settings: Settings, clock: Clock, directory: Directory) -> Service:
    """Listens to failures, measures, balances, conflicts, losses, custody and how sources stand; publishes alerts."""
    return WatchService(settings, clock, directory, load_thresholds())
