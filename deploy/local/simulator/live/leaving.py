"""People leave and hand their devices back; what comes back is wiped: asked for first, done later."""

from __future__ import annotations

import random

from deploy.local.simulator.fleet.device import (
    IN_MAINTENANCE,
    IN_STOCK,
    IN_USE,
    JAMF,
    MICROSOFT,
    Action,
    Device,
)
from deploy.local.simulator.live.chance import occurrences
from deploy.local.simulator.moments import MICROSECONDS
from deploy.local.simulator.outbound import Outbound
from deploy.local.simulator.world import World

HOUR = 3_600 * MICROSECONDS
DAY = 24 * HOUR


def some_leave(world: World, begins: int, years: float, rng: random.Random, outbound: Outbound) -> None:
    """Leavers of one step return all they hold."""
    expected = len(world.people) * world.scenario.movements.leavers_a_year_share * years
    for _ in range(occurrences(rng, expected)):
        person = world.people[int(rng.random() * len(world.people))]
        if not person.acting:
            for device in list(world.held.get(person.number, ())):
                hand_back(world, device, begins, outbound)


def hand_back(world: World, device: Device, at: int, outbound: Outbound) -> None:
    """A device leaves its holder for the store, to be wiped and then disposed of or used again."""
    if device.status not in (IN_USE, IN_MAINTENANCE):
        return
    world.give(device, None)
    world.record(device, at, IN_STOCK, "pending_disposal", outbound)
    low, high = world.scenario.movements.wipe_after_days
    rng = _own_random(world, device)

    def wipe(world: World, at: int, outbound: Outbound) -> None:
        ask_wipe(world, device, at)

    world.later(at + int((low + rng.random() * (high - low)) * DAY), wipe)


def ask_wipe(world: World, device: Device, at: int) -> None:
    """A wipe is asked for. Asked is not done: it is pending until the device speaks, and some fail."""
    if not device.managed or device.action is not None:
        return
    device.action = Action("wipe", "pending", at, at)
    _finish_wipe(world, device, device.action, at, _own_random(world, device))


def finish_asked_wipes(world: World) -> None:
    """Wipes that were already asked for when the scenario starts end some time after it."""
    for device in world.microsoft:
        if device.action is not None:
            _finish_wipe(world, device, device.action, world.starts, _own_random(world, device))


def command(
    world: World,
    device: Device,
    action: Action,
    *,
    wipes: bool,
    failed_share: float | None = None,
    longest: float | None = None,
) -> None:
    """Somebody asked for `action` over the vendor's API. As at the vendors, each such wish is an action of its own: a
    second wipe while one is pending is taken like the first. `failed_share`, and the `longest` hours that a wipe takes,
    are the scenario's if not given.
    """
    device.commanded += (action,)
    rng = random.Random(f"{world.seed}:{device.number}:commanded:{len(device.commanded)}")
    if wipes:
        _finish_wipe(world, device, action, action.started, rng, failed_share, longest)
        return

    def end(_: World, at: int, __: Outbound) -> None:
        if device.managed:
            action.state, action.updated = "done", at
            device.last_sync = max(device.last_sync, at)

    world.later(action.started + int((0.1 + rng.random()) * HOUR), end)


def _finish_wipe(
    world: World,
    device: Device,
    action: Action,
    at: int,
    rng: random.Random,
    failed_share: float | None = None,
    longest: float | None = None,
) -> None:
    movements = world.scenario.movements
    low, high = movements.wipe_takes_hours if longest is None else (longest / 2, longest)
    failed = rng.random() < (movements.wipe_failed_share if failed_share is None else failed_share)
    ends = at + int((low + rng.random() * (high - low)) * HOUR)

    def end(world: World, at: int, outbound: Outbound) -> None:
        if not device.managed:
            return  # another wipe was faster
        action.state, action.updated = ("failed" if failed else "done"), at
        # The device spoke to say so; that is what brings the result into a list of recent check-ins.
        device.last_sync = max(device.last_sync, at)
        if failed:
            return
        if device.model.vendor == JAMF and device.model.plan.platform != "macos":
            outbound.jamf("MobileDeviceUnEnrolled", device, at)
        # The record stays for a while with its result, then vanishes from the list as a wiped device's does.
        world.later(at + (6 * HOUR if device.model.vendor == MICROSOFT else 0), vanish)

    def vanish(world: World, at: int, outbound: Outbound) -> None:
        device.managed = False

    world.later(ends, end)


def _own_random(world: World, device: Device) -> random.Random:
    """Chance that belongs to a device and its last change, so that nobody else's draws disturb it."""
    return random.Random(f"{world.seed}:{device.number}:{device.mod_count}")
