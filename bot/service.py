"""The bot as a running service, beside the others or apart from them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp

from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts, assemble
from schemas.topics import ALERT, LOSS, ORDER, REQUEST, WAVE
from services.access.directory import Directory
from services.budget.commands import Budgets
from services.clock import Clock
from services.custody.commands import Certificates, Custodies
from services.database.pool import open_pool
from services.eventlog.consumer import BatchConsumer
from services.eventlog.forgetting import Forgetting
from services.eventlog.topics import ensure_topics
from services.intake.commands import DeadLetters
from services.lifecycle import Service
from services.losses.commands import Losses
from services.refresh.commands import PlannedDemands, Waves
from services.register.commands import Conflicts
from services.requests.commands import Deliveries, Leaving, Requests
from services.settings import Settings, read
from services.watch.commands import Alerts

POOL_SIZE = 6
HEARS = [ALERT, REQUEST, WAVE, ORDER, LOSS]


class BotService:
    """Consumer, sender, resumption and one door to Slack. Starts all, stops in reverse."""

    name = "bot"

    def __init__(self, settings: Settings, bot_settings: BotSettings, clock: Clock, directory: Directory) -> None:
        self._settings = settings
        self._bot_settings = bot_settings
        self._clock = clock
        self._directory = directory
        self._stack = AsyncExitStack()
        self._consumer: BatchConsumer | None = None
        self._forgetting: Forgetting | None = None
        self.parts: Parts | None = None

    async def start(self) -> None:
        """Open pools, listen to the log, open the door."""
        settings, url = self._settings, str(self._settings.database_url)
        try:
            pool = await open_pool(url, "bot", size=POOL_SIZE)
            self._stack.push_async_callback(pool.close)
            requests_pool = await open_pool(url, "requests")
            self._stack.push_async_callback(requests_pool.close)
            register_pool = await open_pool(url, "register")
            self._stack.push_async_callback(register_pool.close)
            session = await self._stack.enter_async_context(aiohttp.ClientSession())
            commands = Requests(requests_pool, self._clock, self._directory)
            letters_pool = await open_pool(url, "intake", size=2)
            self._stack.push_async_callback(letters_pool.close)
            conflicts = Conflicts(register_pool, self._clock)
            letters = DeadLetters(letters_pool, self._clock, self._directory, settings.topic_prefix)
            refresh_pool = await open_pool(url, "refresh", size=4)
            self._stack.push_async_callback(refresh_pool.close)
            budget_pool = await open_pool(url, "budget", size=4)
            self._stack.push_async_callback(budget_pool.close)
            losses_pool = await open_pool(url, "losses", size=4)
            self._stack.push_async_callback(losses_pool.close)
            custody_pool = await open_pool(url, "custody", size=4)
            self._stack.push_async_callback(custody_pool.close)
            watch_pool = await open_pool(url, "watch", size=2)
            self._stack.push_async_callback(watch_pool.close)
            desk = Desk(
                pool,
                self._clock,
                self._directory,
                commands,
                conflicts,
                letters,
                Waves(refresh_pool, self._clock, self._directory),
                PlannedDemands(refresh_pool, self._clock, self._directory),
                Budgets(budget_pool, self._clock, self._directory),
                Deliveries(requests_pool, self._clock, self._directory),
                Leaving(requests_pool, self._clock, self._directory),
                Losses(losses_pool, self._clock, self._directory),
                Custodies(custody_pool, self._clock, self._directory),
                Certificates(custody_pool, self._clock, self._directory),
                Alerts(watch_pool, self._clock, self._directory),
            )
            parts = self.parts = assemble(self._bot_settings, desk, session)
            await ensure_topics(settings.kafka_bootstrap_servers, settings.topic_prefix)
            listening = BotConsumer(desk, self._bot_settings, parts.sender.wake)
            self._consumer = BatchConsumer(
                "bot",
                HEARS,
                listening.apply,
                pool,
                settings.kafka_bootstrap_servers,
                settings.topic_prefix,
            )
            self._forgetting = Forgetting("bot", pool, timedelta(days=settings.dead_letter_keep_days))
            for part in (parts.sender, self._consumer, parts.resumption, parts.photos, self._forgetting):
                self._stack.push_async_callback(part.stop)
                await part.start()
            self._stack.push_async_callback(parts.underway.drain)
            self._stack.push_async_callback(parts.front.stop)
            await parts.front.start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """Close the door first, the pools last."""
        await self._stack.aclose()

    def ready(self) -> bool:
        """True while every part is."""
        if self.parts is None or self._consumer is None or self._forgetting is None:
            return False
        own = self.parts
        parts = (own.sender, self._consumer, own.resumption, own.photos, self._forgetting, own.front)
        return all(part.ready() for part in parts)


def build(settings: Settings, clock: Clock, directory: Directory) -> Service:
    """The bot with its own settings from the environment. Raises ConfigurationError naming what is missing."""
    return BotService(settings, read(BotSettings), clock, directory)
