"""The simulator's vendors without anybody who listens, for wipes that were commanded over their APIs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from deploy.local.scenarios.scenario import FOLDER
from deploy.local.simulator.outbound import Silence
from deploy.local.simulator.settings import Settings
from deploy.local.simulator.simulator import Simulator

HOUR = 3_600_000_000


@contextlib.asynccontextmanager
async def vendors(wipe_failed_share: float) -> AsyncIterator[Simulator]:
    """Vendors at whose doors this share of wipes fails."""
    simulator = Simulator(
        FOLDER / "borough.yaml",
        Settings(
            simulator_live=False,
            intake_url="http://127.0.0.1:1",
            mischief={"wipe_failed_share": wipe_failed_share, "throttle_every": 3, "retry_after_seconds": 0},  # type: ignore[arg-type]  # read by pydantic
        ),
    )
    await simulator.start()
    try:
        yield simulator
    finally:
        await simulator.stop()


def hours_pass(simulator: Simulator, hours: int) -> None:
    """What is due within so many hours of the scenario's start happens."""
    simulator.world.happen(simulator.world.starts + hours * HOUR, Silence())
