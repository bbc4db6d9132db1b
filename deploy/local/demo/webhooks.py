"""Jamf's webhooks about the simulated fleet, made by the same hand as the simulator's own."""

from __future__ import annotations

from datetime import datetime

from deploy.local.simulator.fleet.device import IN_USE, JAMF, Device
from deploy.local.simulator.jamf.webhook import webhook_body
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.world import World


def jamf_devices(world: World) -> list[Device]:
    """The devices in use that Jamf manages."""
    return [device for device in world.devices if device.managed and device.model.vendor == JAMF and in_use(device)]


def in_use(device: Device) -> bool:
    """Whether the service desk has it as in use."""
    return device.status == IN_USE


def check_in(world: World, device: Device, at: datetime) -> bytes:
    """The body of a check-in."""
    event = "ComputerCheckIn" if device.model.plan.platform == "macos" else "MobileDeviceCheckIn"
    return webhook_body(world, event, device, microseconds(at), latin1=False)


def enrolment(world: World, device: Device, at: datetime) -> bytes:
    """The body of an enrolment by whoever holds the device in the world."""
    event = "ComputerAdded" if device.model.plan.platform == "macos" else "MobileDeviceEnrolled"
    return webhook_body(world, event, device, microseconds(at), latin1=False)
