"""The bot's process while Slack calls: its signed HTTP door, and what a process before it left unfinished."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp

from bot.desk import Desk
from bot.received import Received
from bot.resumption import Resumption
from bot.settings import BotSettings
from bot.wiring import assemble
from schemas.topics import DEFAULT_PREFIX
from services.budget.commands import Budgets
from services.custody.commands import Certificates, Custodies
from services.database.pool import Pool
from services.intake.commands import DeadLetters
from services.losses.commands import Losses
from services.refresh.commands import PlannedDemands, Waves
from services.register.commands import Conflicts
from services.requests.commands import Deliveries, Leaving, Requests
from services.watch.commands import Alerts
from tests.chaos.journey.world import DIRECTORY, World

HOST = "127.0.0.1"


async def door(world: World, port: int, until: int, resumes: bool) -> None:
    """Stand open until whoever listens at port `until` hangs up; then stop as the service does, once all is done."""
    async with (
        world.pool("bot", size=2) as pool,
        world.pool("requests", size=2) as requests,
        world.pool("custody", size=2) as custody,
        aiohttp.ClientSession() as session,
    ):
        settings = BotSettings(
            bot_token=world.slack_token,
            signing_secret=world.slack_secret,
            base_url=world.slack_url,
            host=HOST,
            port=port,
        )
        parts = assemble(settings, _desk(world, pool, requests, custody), session)
        await parts.front.start()
        if resumes:
            await Resumption(parts.app, Received(pool), parts.underway, unfinished_after=timedelta()).resume()
        reader, writer = await asyncio.open_connection(HOST, until)
        await reader.read()
        writer.close()
        await parts.front.stop()
        await parts.underway.drain()


def _desk(world: World, pool: Pool, requests: Pool, custody: Pool) -> Desk:
    """Requests are asked for and decided here, and devices in custody moved on; nobody uses the other commands."""
    clock = world.clock
    return Desk(
        pool=pool,
        clock=clock,
        directory=DIRECTORY,
        commands=Requests(requests, clock, DIRECTORY),
        conflicts=Conflicts(pool, clock),
        letters=DeadLetters(pool, clock, DIRECTORY, DEFAULT_PREFIX),
        waves=Waves(pool, clock, DIRECTORY),
        demands=PlannedDemands(pool, clock, DIRECTORY),
        budgets=Budgets(pool, clock, DIRECTORY),
        deliveries=Deliveries(requests, clock, DIRECTORY),
        leaving=Leaving(requests, clock, DIRECTORY),
        losses=Losses(pool, clock, DIRECTORY),
        custodies=Custodies(custody, clock, DIRECTORY),
        certificates=Certificates(custody, clock, DIRECTORY),
        alerts=Alerts(pool, clock, DIRECTORY),
    )
