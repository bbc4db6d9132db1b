"""Commands that others give to devices over the vendors' APIs. They follow from no seed, so they are kept in a file.

A restart gives them again in the replay of the past, each at its moment, so that what follows from them follows again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from deploy.local.simulator.fleet.device import Action, Device
from deploy.local.simulator.live.leaving import command
from deploy.local.simulator.mischief import Mischief
from deploy.local.simulator.outbound import Outbound
from deploy.local.simulator.world import World


class _Given(msgspec.Struct, frozen=True):
    device: int
    name: str
    at: int
    wipes: bool
    state: str


class CommandBook:
    """What was commanded. `now` is scenario time in microseconds, and is set before the first command comes."""

    def __init__(
        self, world: World, path: Path | None, mischief: Mischief, longest_wipe_hours: float | None = None
    ) -> None:
        self._world = world
        self._path = path
        self._mischief = mischief
        self._longest = longest_wipe_hours
        self.now: Callable[[], int] = lambda: world.starts
        self._given: list[_Given] = []
        if path is not None and path.exists():
            self._given = msgspec.json.decode(path.read_bytes(), type=list[_Given])
        for given in self._given:
            world.later(given.at, self._again(given))

    def take(self, device: Device, name: str, *, wipes: bool, state: str = "pending") -> None:
        """A command was given, now; a second one like it is another command."""
        given = _Given(device.number, name, self.now(), wipes, state)
        self._carry_out(given)
        self._given.append(given)
        if self._path is not None:
            beside = self._path.with_suffix(".new")
            beside.write_bytes(msgspec.json.encode(self._given))
            beside.replace(self._path)

    def _again(self, given: _Given) -> Callable[[World, int, Outbound], None]:
        return lambda _, __, ___: self._carry_out(given)

    def _carry_out(self, given: _Given) -> None:
        device = self._world.devices[given.device]
        action = Action(given.name, given.state, given.at, given.at)
        if given.state == "pending":
            fails = device.serial in self._mischief.wipe_fails_on
            share = 1.0 if fails else self._mischief.wipe_failed_share
            command(self._world, device, action, wipes=given.wipes, failed_share=share, longest=self._longest)
        else:
            device.commanded += (action,)
