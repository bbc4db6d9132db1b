"""The same button by two people at once, each before a bot of its own: one decision, and both are told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot import ids
from bot.desk import Desk
from bot.settings import BotSettings
from bot.wiring import assemble
from deploy.local.secrets import LocalSecrets
from deploy.local.stack.ports import free_ports
from deploy.local.workspace.server import Workspace
from services.database.pool import Pool
from services.requests.rules.machine import Cause, Status
from tests.fixtures.people import email_of
from tests.integration.bot.wrong_hands.forger import Forger
from tests.integration.bot.wrong_hands.scene import Scene

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
async def other(
    settings: BotSettings, desk: Desk, secrets: LocalSecrets, workspace: Workspace, session: aiohttp.ClientSession
) -> AsyncIterator[Forger]:
    """Before a second bot, with nothing in common with the first but the database."""
    port = free_ports(1)[0]
    parts = assemble(settings.model_copy(update={"port": port}), desk, session)
    await parts.front.start()
    made = Forger(parts, port, secrets.slack_signing_secret, workspace.context, session)
    async with made.listening():
        yield made
    await parts.front.stop()
    await parts.underway.drain()


async def test_two_who_may_press_at_once_decide_once(scene: Scene, forger: Forger, other: Forger, pool: Pool) -> None:
    priya, catherine = email_of("Priya Nair"), email_of("Catherine Doyle")
    for _ in range(10):
        request = await scene.request(Status.WAITING_FOR_APPROVAL, Cause.APPROVE)
        one, two = await asyncio.gather(
            forger.send(forger.pressed(priya, ids.APPROVE, request)),
            other.send(other.pressed(catherine, ids.APPROVE, request)),
        )
        assert len([each for each in (one, two) if "pproved by" in each.shown or "ecided" in each.shown]) == 1
    granted = "SELECT count(*) FROM access.audit WHERE action = 'approve' AND granted"
    assert await pool.fetchval(granted) == 10


async def test_one_delivery_at_both_is_taken_once(scene: Scene, forger: Forger, other: Forger, pool: Pool) -> None:
    payload = forger.pressed(
        email_of("Priya Nair"), ids.APPROVE, await scene.request(Status.WAITING_FOR_APPROVAL, Cause.APPROVE)
    )
    await asyncio.gather(forger.send(payload), other.send(payload))
    assert await pool.fetchval("SELECT count(*) FROM bot.received") == 1
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE action = 'approve'") == 1
