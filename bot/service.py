"""The bot as a running service, beside the others or apart from them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

import aiohttp

from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import Parts, assemble
from schemas.topics import ALERT, REQUEST
from services.database.pool import Pool, open_pool
from services.eventlog.consumer import BatchConsumer
from services.eventlog.topics import ensure_topics
from services.settings import Settings

MakeDesk = Callable[[Pool, Pool], Desk]
"""From the bot's own pool and the requests' pool, whose commands write there."""

POOL_SIZE = 6


class BotService:
    """Consumer, sender, resumption and one door to Slack. Starts all, stops in reverse."""

    name = "bot"

    def __init__(self, settings: Settings, bot_settings: BotSettings, make_desk: MakeDesk) -> None:
        self._settings = settings
        self._bot_settings = bot_settings
        self._make_desk = make_desk
        self._stack = AsyncExitStack()
        self._consumer: BatchConsumer | None = None
        self.parts: Parts | None = None

    async def start(self) -> None:
        """Open pools, listen to the log, open the door."""
        settings, url = self._settings, str(self._settings.database_url)
        try:
            pool = await open_pool(url, "bot", size=POOL_SIZE)
            self._stack.push_async_callback(pool.close)
            requests_pool = await open_pool(url, "requests")
            self._stack.push_async_callback(requests_pool.close)
            session = await self._stack.enter_async_context(aiohttp.ClientSession())
            desk = self._make_desk(pool, requests_pool)
            parts = self.parts = assemble(self._bot_settings, desk, session)
            await ensure_topics(settings.kafka_bootstrap_servers, settings.topic_prefix)
            listening = BotConsumer(desk, self._bot_settings, parts.sender.wake)
            self._consumer = BatchConsumer(
                "bot", [ALERT, REQUEST], listening.apply, pool, settings.kafka_bootstrap_servers, settings.topic_prefix
            )
            for part in (parts.sender, self._consumer, parts.resumption, parts.front):
                self._stack.push_async_callback(part.stop)
                await part.start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """Close the door first, the pools last."""
        await self._stack.aclose()

    def ready(self) -> bool:
        """True while every part is."""
        if self.parts is None or self._consumer is None:
            return False
        parts = (self.parts.sender, self._consumer, self.parts.resumption, self.parts.front)
        return all(part.ready() for part in parts)
