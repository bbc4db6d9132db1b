"""Devices speak to their management system; now and then one has taken an update since it last did."""

from __future__ import annotations

import random
from datetime import datetime

from deploy.local.simulator.fleet.device import IN_MAINTENANCE, IN_USE, JAMF
from deploy.local.simulator.live.rota import STEP_SECONDS
from deploy.local.simulator.moments import MICROSECONDS
from deploy.local.simulator.outbound import Outbound
from deploy.local.simulator.world import World


def check_in(world: World, moment: datetime, begins: int, rng: random.Random, outbound: Outbound) -> None:
    """All devices of this step's slot check in at moments inside the step."""
    chance = world.scenario.check_ins.update_chance
    width = STEP_SECONDS * MICROSECONDS
    for number in world.rota.due(moment):
        device = world.devices[number]
        at, roll = begins + int(rng.random() * width), rng.random()
        if not device.managed or device.status not in (IN_USE, IN_MAINTENANCE):
            continue
        device.last_sync = at
        platform = device.model.plan.platform
        versions = world.versions[platform]
        newer = roll < chance and device.os_version != versions[-1]
        if newer:
            device.os_version = versions[versions.index(device.os_version) + 1]
        if device.model.vendor == JAMF:
            subject = "Computer" if platform == "macos" else "MobileDevice"
            outbound.jamf(f"{subject}{'InventoryCompleted' if newer else 'CheckIn'}", device, at)
