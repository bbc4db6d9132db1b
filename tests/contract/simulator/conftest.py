"""A receiver, and simulators of the small scenario that push to it and are stopped whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from deploy.local.scenarios.scenario import FOLDER
from deploy.local.simulator.settings import Settings
from deploy.local.simulator.simulator import Simulator
from tests.contract.simulator.receiver import Receiver

Start = Callable[..., Awaitable[Simulator]]
BOROUGH = FOLDER / "borough.yaml"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def start(receiver: Receiver) -> AsyncIterator[Start]:
    started: list[Simulator] = []

    async def start(**settings: Any) -> Simulator:
        chosen = {"simulator_live": False, "intake_url": receiver.url, **settings}
        simulator = Simulator(BOROUGH, Settings(**chosen))
        started.append(simulator)
        await simulator.start()
        return simulator

    yield start
    for simulator in started:
        await simulator.stop()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for a condition; fail the test if it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
