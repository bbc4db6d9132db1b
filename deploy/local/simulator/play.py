"""The play itself: fill the gateway once, then let the days pass at the clock's speed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from deploy.local.simulator.delivery.postbox import Postbox
from deploy.local.simulator.delivery.sender import Sender
from deploy.local.simulator.finance.extract import opening_rows
from deploy.local.simulator.fleet.device import JAMF, Device
from deploy.local.simulator.live.rota import STEP_SECONDS
from deploy.local.simulator.live.step import run_step, step_at
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.progress import Progress
from deploy.local.simulator.state import Position, StateFile
from deploy.local.simulator.world import World
from services.clock import Clock

log = logging.getLogger(__name__)
FILL_AT_ONCE = 400
_SAVE_EVERY = 1.0  # real seconds between two writings of the position
_LOOK_EVERY = 0.1  # and between two looks at what is due


class Play:
    """Owns the position. `filled` is set once everything that is pushed at the start has been taken."""

    def __init__(self, world: World, postbox: Postbox, sender: Sender, state: StateFile, position: Position) -> None:
        self._world = world
        self._postbox = postbox
        self._sender = sender
        self._state = state
        self._position = position
        self._saved = 0.0
        self.filled = asyncio.Event()

    @property
    def step(self) -> int:
        return self._position.step

    async def fill(self, progress: Progress) -> None:
        """Push what the vendors push of the opening state, from where an earlier run stopped."""
        if not self._position.finance:
            rows = list(opening_rows(self._world.scenario, self._world.orders))
            await self._sender.deliver([self._postbox.extract(rows)])
            self._position.finance = True
            self._save(force=True)
        progress.served("Finance extract", 1)
        if self._position.step == 0:
            await self._fill_jamf(progress)
        self.filled.set()

    async def _fill_jamf(self, progress: Progress) -> None:
        opening = list(opening_webhooks(self._world))
        while self._position.jamf < len(opening):
            batch = opening[self._position.jamf : self._position.jamf + FILL_AT_ONCE]
            for event, device, at in batch:
                self._postbox.jamf(event, device, at)
            await self._sender.deliver(self._postbox.empty())
            self._position.jamf += len(batch)
            self._save()
            progress.served("Jamf webhooks", self._position.jamf)
        self._save(force=True)

    async def live(self, clock: Clock, speed: float) -> None:
        """Run step after step as the clock reaches them; returns only by being cancelled."""
        if step_at(self._world, clock.now()) < self._position.step:
            log.warning("scenario time was set back: nothing happens until it reaches %s", self._reached())
        while True:
            while self._position.step < step_at(self._world, clock.now()):
                run_step(self._world, self._position.step, self._postbox)
                await self._sender.deliver(self._postbox.empty())
                self._position.step += 1
                self._save()
                await asyncio.sleep(0)
            begins = self._world.moment(self._position.step + 1, STEP_SECONDS)
            wait = (begins - clock.now()).total_seconds() / speed
            await asyncio.sleep(min(max(wait, 0.001), 60.0))

    async def obey(self, clock: Clock) -> None:
        """Let what was commanded happen when it is due, and nothing by chance; returns only by being cancelled."""
        while True:
            self._world.happen(microseconds(clock.now()), self._postbox)
            await self._sender.deliver(self._postbox.empty())
            await asyncio.sleep(_LOOK_EVERY)

    def save(self) -> None:
        """Write the position down now."""
        self._save(force=True)

    def _reached(self) -> str:
        return self._world.moment(self._position.step, STEP_SECONDS).isoformat()

    def _save(self, *, force: bool = False) -> None:
        now = asyncio.get_running_loop().time()
        if force or now - self._saved >= _SAVE_EVERY:
            self._saved = now
            self._position.reached = self._world.moment(self._position.step, STEP_SECONDS)
            self._state.save(self._position)


def opening_webhooks(world: World) -> Iterator[tuple[str, Device, int]]:
    """What Jamf would have sent so far, at its shortest: each device's enrolment, then its last check-in."""
    enrolled = [device for device in world.devices if device.managed and device.model.vendor == JAMF]
    for device in enrolled:
        computer = device.model.plan.platform == "macos"
        yield "ComputerAdded" if computer else "MobileDeviceEnrolled", device, device.enrolled
    for device in enrolled:
        computer = device.model.plan.platform == "macos"
        yield (
            "ComputerInventoryCompleted" if computer else "MobileDeviceInventoryCompleted",
            device,
            device.last_sync,
        )
