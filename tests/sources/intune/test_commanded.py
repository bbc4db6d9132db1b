"""A wipe that was commanded over Graph is told by the list of managed devices like any other."""

from __future__ import annotations

import aiohttp
import pytest

from deploy.local.simulator.microsoft.managed_device import intune_id
from services.database.pool import Pool
from services.intake.polling.bearer_tokens import BearerTokens
from services.intake.sources.intune.devices import DeviceFeed
from tests.sources.commanded import hours_pass, vendors
from tests.sources.polled import Polled

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("failed_share", "outcome"), [(0.0, "done"), (1.0, "failed")])
async def test_a_commanded_wipe_is_heard_of_with_its_end(pool: Pool, failed_share: float, outcome: str) -> None:
    async with vendors(failed_share) as simulator, aiohttp.ClientSession() as session:
        tokens = BearerTokens(
            session,
            f"{simulator.url}/metropolitan.example/oauth2/v2.0/token",
            "quartermaster",
            "intune-local",
            "https://graph.microsoft.com/.default",
        )
        reader, feed = Polled(pool, session, tokens), DeviceFeed(simulator.url)
        world = simulator.world
        device = next(each for each in world.microsoft if each.managed and each.action is None and each.serial)
        simulator.commands.take(device, "wipe", wipes=True)
        hour = 0
        while device.commanded[0].state == "pending":
            hour += 1
            hours_pass(simulator, hour)
        await reader.poll(feed)
        name = intune_id(world, device)
        told = [
            each["data"]["outcome"]
            for each in await reader.events()
            if each["type"] == "quartermaster.device.wipe_reported" and each["data"]["identifiers"]["intune"] == name
        ]
        assert told == [outcome]
