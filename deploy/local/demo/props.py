"""Which devices of the simulated fleet the scenes use: found in the vendors' world, the same on every run. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date

from deploy.local.simulator.fleet.device import IN_STOCK, IN_USE, Device, Holder
from deploy.local.simulator.world import World

ASKS = "amara.osei@metropolitan.example"
LEAVERS_UNIT = "central-north-response"
NEW_TO_CHARITY = date(2020, 10, 31)
"""Phones bought until then have no residual value any more, by a policy that is assumed, but charities can use them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Props:
    """`old` is Amara's laptop, and `mac` lies in stock to follow it; `leaver` holds a laptop and an iPhone; a wipe of
    `spoilt` fails.
    """

    old: Device
    leaver: Holder
    leavers: tuple[Device, ...]
    spoilt: Device
    worn: Device
    mac: Device

    @classmethod
    def of(cls, world: World) -> Props:
        """Raises StopIteration if the scenario has no such devices."""
        others = [device for device in world.devices if device.holder is not None and not device.holder.acting]
        managed = [device for device in others if device.managed and device.status == IN_USE]
        leaver = next(
            device.holder
            for device in _named(managed, "iPhone 13")
            if device.holder is not None
            and device.holder.unit == LEAVERS_UNIT
            and {each.model.kind for each in world.held[device.holder.number]} == {"laptop", "smartphone"}
        )
        theirs = tuple(world.held[leaver.number])
        rest = [device for device in managed if device not in theirs]
        macs = [
            device
            for device in world.devices
            if device.model.plan.platform == "macos" and device.status == IN_STOCK and device.substatus == "available"
        ]
        return cls(
            old=next(each for each in world.devices if each.holder is not None and each.holder.email == ASKS),
            leaver=leaver,
            leavers=theirs,
            spoilt=next(iter(_named(rest, "iPhone SE (3rd generation)"))),
            worn=next(each for each in _named(rest, "iPhone SE (2nd generation)") if each.purchased <= NEW_TO_CHARITY),
            mac=max(macs, key=lambda each: each.purchased),
        )


def _named(devices: Iterable[Device], model: str) -> Iterable[Device]:
    return (device for device in devices if device.model.plan.name == model)
