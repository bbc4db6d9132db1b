"""One step of scenario time: what was due happens, devices check in, and chance has its turn.

The random source of a step is made from the seed and the step's number alone; that is what lets a restart
replay the past exactly and go on.
"""

from __future__ import annotations

import random
from datetime import datetime

from deploy.local.simulator.live import breakages, buying, check_ins, leaving
from deploy.local.simulator.live.rota import STEP_SECONDS
from deploy.local.simulator.moments import MICROSECONDS
from deploy.local.simulator.outbound import Outbound
from deploy.local.simulator.world import World

STEP = STEP_SECONDS * MICROSECONDS
STEP_YEARS = STEP_SECONDS / (365.25 * 86_400)


def prepare(world: World) -> None:
    """Enter into a fresh world what its start makes due: open orders will come, asked wipes will end."""
    buying.expect_open_orders(world)
    leaving.finish_asked_wipes(world)


def run_step(world: World, step: int, outbound: Outbound) -> None:
    """Carry the world from the start of step number `step` to its end."""
    rng = random.Random(world.seed * 1_000_003 + step)
    begins = world.starts + step * STEP
    world.happen(begins + STEP, outbound)
    moment = world.moment(step, STEP_SECONDS)
    check_ins.check_in(world, moment, begins, rng, outbound)
    breakages.break_some(world, begins, STEP_YEARS, rng, outbound)
    leaving.some_leave(world, begins, STEP_YEARS, rng, outbound)
    buying.buy(world, moment, begins, rng, outbound)


def step_at(world: World, moment: datetime) -> int:
    """How many whole steps lie between the scenario's start and a moment."""
    return int((moment - world.scenario.scenario.starts).total_seconds() // STEP_SECONDS)
