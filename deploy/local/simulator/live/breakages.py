"""Devices fail, are lost or are stolen: incidents at the service desk, and what follows from them.

Failures come more often with age, and one model of the scenario fails early. Devices are drawn at random and
accepted by their rate, so that a step costs a few draws and not a pass over the fleet.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from deploy.local.simulator.fleet.device import IN_MAINTENANCE, IN_USE, MISSING, RETIRED, Device
from deploy.local.simulator.incidents import CLOSED, COMPLAINTS, IN_PROGRESS, RESOLVED, Incident
from deploy.local.simulator.live.chance import occurrences
from deploy.local.simulator.live.leaving import ask_wipe
from deploy.local.simulator.moments import LONDON, MICROSECONDS, from_microseconds
from deploy.local.simulator.outbound import Outbound
from deploy.local.simulator.world import World

HOUR = 3_600 * MICROSECONDS
DAY = 24 * HOUR


def failures_a_year(world: World, device: Device, today: date) -> float:
    """The rate at which a device of this model and age fails on that day."""
    plan, surge = world.kinds[device.model.kind], world.scenario.surge
    age = max(0.0, (today - device.purchased).days / 365.25)
    rate: float = plan.failures_a_year * device.model.plan.failure_factor * plan.failure_growth**age
    if device.model.plan.name == surge.model and today >= surge.starts:
        rate *= surge.factor
    return rate


def ceiling(world: World) -> float:
    """A rate above every device's: the worst model's at eight years, or the surging one's at four."""
    worst: float = max(
        plan.failures_a_year * model.failure_factor * plan.failure_growth**8.0
        for plan in world.scenario.kinds
        for model in plan.models
    )
    laptop = world.kinds["laptop"]
    surging: float = laptop.failures_a_year * world.scenario.surge.factor * laptop.failure_growth**4.0
    losses = max(plan.losses_a_year for plan in world.scenario.kinds)
    return max(worst, surging) + losses


def break_some(world: World, begins: int, years: float, rng: random.Random, outbound: Outbound) -> None:
    """What chance takes in one step."""
    most = ceiling(world)
    today = from_microseconds(begins).astimezone(LONDON).date()
    for _ in range(occurrences(rng, len(world.devices) * most * years)):
        device = world.devices[int(rng.random() * len(world.devices))]
        roll = rng.random() * most
        at = begins + int(rng.random() * years * 365.25 * DAY)
        if device.status != IN_USE or device.number < world.acting_devices:
            continue
        losses = world.kinds[device.model.kind].losses_a_year
        if roll < losses:
            _lose(world, device, at, rng, outbound)
        elif roll < losses + failures_a_year(world, device, today):
            _fail(world, device, at, rng, outbound)


def _fail(world: World, device: Device, at: int, rng: random.Random, outbound: Outbound) -> None:
    movements = world.scenario.movements
    low, high = movements.repair_days
    mended = at + int((low + rng.random() * (high - low)) * DAY)
    taken = at + int((0.2 + rng.random() * 3) * HOUR)
    write_off = rng.random() < movements.write_off_share
    words = COMPLAINTS[device.model.kind]
    incident = _open(world, device, at, "failure", words[int(rng.random() * len(words))], outbound)

    def take_in(world: World, at: int, outbound: Outbound) -> None:
        world.change_incident(incident, at, IN_PROGRESS, outbound)
        if device.status == IN_USE:
            world.record(device, at, IN_MAINTENANCE, "", outbound)

    def mend(world: World, at: int, outbound: Outbound) -> None:
        incident.close_code = "Not repairable" if write_off else "Repaired"
        _resolve(world, incident, at, outbound)
        if device.status != IN_MAINTENANCE:
            return
        if write_off:
            world.give(device, None)
            world.record(device, at, RETIRED, "", outbound)
            ask_wipe(world, device, at)
        else:
            world.record(device, at, IN_USE, "", outbound)

    world.later(taken, take_in)
    world.later(mended, mend)


def _lose(world: World, device: Device, at: int, rng: random.Random, outbound: Outbound) -> None:
    how = "stolen" if rng.random() < 0.35 else "lost"
    written_down = at + int((0.1 + rng.random()) * HOUR)
    words = f"{device.model.kind.capitalize()} {how}" + (" from a vehicle" if how == "stolen" else " on duty")
    incident = _open(world, device, at, how, words, outbound)

    def write_down(world: World, at: int, outbound: Outbound) -> None:
        world.change_incident(incident, at, IN_PROGRESS, outbound)
        if device.status != MISSING:
            world.record(device, at, MISSING, how, outbound)
            ask_wipe(world, device, at)

    def give_up(world: World, at: int, outbound: Outbound) -> None:
        incident.close_code = "Not found"
        _resolve(world, incident, at, outbound)

    world.later(written_down, write_down)
    world.later(written_down + 5 * DAY, give_up)


def _open(world: World, device: Device, at: int, subcategory: str, words: str, outbound: Outbound) -> Incident:
    incident = Incident(len(world.incidents), device, subcategory, words, device.holder, at, at)
    world.open_incident(incident, outbound)
    return incident


def _resolve(world: World, incident: Incident, at: int, outbound: Outbound) -> None:
    incident.resolved = at
    world.change_incident(incident, at, RESOLVED, outbound)

    def close(world: World, at: int, outbound: Outbound) -> None:
        incident.closed = at
        world.change_incident(incident, at, CLOSED, outbound)

    world.later(at + int(timedelta(days=3).total_seconds()) * MICROSECONDS, close)
