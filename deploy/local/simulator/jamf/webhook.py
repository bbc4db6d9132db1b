"""Jamf Pro's webhook bodies for computers and mobile devices.

Empty values are "", never null; a missing user is "-1"; there is no delivery id; a body may be no UTF-8.
"""

from __future__ import annotations

import msgspec

from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.fleet.serials import imei_of
from deploy.local.simulator.identifiers import dashed, digest, mac_address
from deploy.local.simulator.world import World

# Each webhook of a Jamf server is configured for one event; these are its numbers.
WEBHOOKS = {
    "ComputerAdded": 1,
    "ComputerInventoryCompleted": 2,
    "ComputerCheckIn": 3,
    "MobileDeviceEnrolled": 6,
    "MobileDeviceUnEnrolled": 7,
    "MobileDeviceCheckIn": 8,
    "MobileDeviceInventoryCompleted": 9,
}
_BUILDS = {"15.1.0": "24B83", "15.0.1": "24A348", "14.7.1": "23H222", "13.7.1": "22H221", "18.1": "22B83"}


def webhook_body(world: World, event: str, device: Device, at: int, *, latin1: bool) -> bytes:
    """The bytes of a webhook about a device, `at` in microseconds; in Latin-1 if asked and if it matters."""
    computer = event.startswith("Computer")
    body = msgspec.json.encode(
        {
            "webhook": {
                "id": WEBHOOKS[event],
                "name": f"Metropolitan {event}",
                "webhookEvent": event,
                "eventTimestamp": at // 1_000,
            },
            "event": _computer(world, device) if computer else _mobile(world, device),
        }
    )
    # Every name here has a Latin-1 spelling.
    return body.decode().encode("latin-1") if latin1 and not body.isascii() else body


def _common(world: World, device: Device) -> dict[str, object]:
    version = device.os_version
    return {
        "deviceName": f"{world.scenario.scenario.asset_prefix}-{device.serial}",
        "ipAddress": f"203.0.113.{device.number % 250 + 1}",
        "jssID": device.number + 1,
        "managementId": management_id(world, device),
        "osBuild": _BUILDS.get(version, ""),
        "osVersion": version,
        "room": "",
        "serialNumber": device.serial,
        "userDirectoryID": "-1",
        "username": account_of(device),
    }


def management_id(world: World, device: Device) -> str:
    """What commands to the device are addressed to."""
    return dashed(digest(world.seed, "jamf", device.number)[::-1])


def account_of(device: Device) -> str:
    """The holder's account name, empty for none."""
    return device.holder.email.partition("@")[0] if device.holder else ""


def _computer(world: World, device: Device) -> dict[str, object]:
    key = digest(world.seed, "jamf", device.number)
    holder = device.holder
    return {
        **_common(world, device),
        "alternateMacAddress": mac_address(key[:11] + "e"),
        "building": _building(world, device),
        "department": world.unit_names[device.unit],
        "emailAddress": holder.email if holder else "",
        "macAddress": mac_address(key[:11] + "d"),
        "model": device.model.plan.name,
        "phone": "",
        "position": holder.title if holder else "",
        "realName": holder.name if holder else "",
        "reportedIpAddress": "10.{}.{}.{}".format(*device.number.to_bytes(3, "big")),
        "udid": dashed(key).upper(),
    }


def _mobile(world: World, device: Device) -> dict[str, object]:
    key = digest(world.seed, "jamf", device.number)
    phone = device.model.kind == "smartphone"
    return {
        **_common(world, device),
        "bluetoothMacAddress": mac_address(key[:11] + "1"),
        "icciID": f"8944{int(key[:14], 16) % 10**15:015d}" if phone else "",
        "imei": imei_of(device.number) if phone else "",
        "model": _APPLE_NAMES.get(device.model.plan.name, device.model.plan.name),
        "modelDisplay": device.model.plan.name,
        "product": "",
        "udid": f"00008101-{key[:16].upper()}",
        "version": device.os_version,
        "wifiMacAddress": mac_address(key[:11] + "0"),
    }


_APPLE_NAMES = {
    "iPhone 13": "iPhone14,5",
    "iPhone SE (2nd generation)": "iPhone12,8",
    "iPhone SE (3rd generation)": "iPhone14,6",
    "iPad (8th generation)": "iPad11,6",
}


def _building(world: World, device: Device) -> str:
    """A site: one of the boroughs of the unit's command, or the headquarters."""
    unit: str | None = device.unit
    while unit is not None:
        if world.boroughs[unit]:
            return f"{world.boroughs[unit][device.number % len(world.boroughs[unit])]} police station"
        unit = world.parents[unit]
    return "Headquarters"
