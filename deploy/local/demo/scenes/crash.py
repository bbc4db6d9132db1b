"""kill -9 in the middle of the traffic: nothing is lost, nothing counts twice, chat goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import time

from deploy.local.demo.figures import total
from deploy.local.demo.scenes.repeats import exact
from deploy.local.demo.stage import Stage
from deploy.local.demo.webhooks import check_in, jamf_devices

TITLE = "kill -9"
ABOUT = "Register, requests, refresh and budget run in one process here. It is killed while devices check in."
VICTIM = "services"
BACK_WITHIN = 30.0


async def play(stage: Stage) -> None:
    """Check-ins of every Jamf device, the process killed among them; then count."""
    tell = stage.tell
    before = await stage.helen.asks("/kit counts", told=False)
    devices, now = jamf_devices(stage.world), stage.clock.now()
    pid = stage.addresses.supervisor.pids()[VICTIM]
    tell.sent("Jamf Pro", "POST /sources/jamf/webhook", f"{len(devices)} devices check in")
    accepted = 0
    killed = False
    for start in range(0, len(devices), 60):
        bodies = [check_in(stage.world, device, now) for device in devices[start : start + 60]]
        accepted += sum(reply.body.get("accepted", 0) for reply in await asyncio.gather(*map(stage.wire.jamf, bodies)))
        if not killed and start >= len(devices) // 3:
            os.kill(pid, signal.SIGKILL)
            killed = True
            tell.note(f"process {pid} ({VICTIM}) is killed after {start + len(bodies)} of them")
    tell.equal("intake takes them all meanwhile", accepted, len(devices))
    meanwhile = await stage.helen.asks("/kit counts laptop by state")
    tell.check("chat answers meanwhile", total(meanwhile.text) > 0)

    began = time.monotonic()
    back = await _another_runs(stage, pid)
    tell.check("the supervisor starts it anew", back, f"{time.monotonic() - began:.1f} s")
    serials = [device.serial for device in devices]
    known = await stage.truth.until(
        "SELECT count(*) = $2 FROM register.devices WHERE serial = ANY ($1) AND last_seen_at >= $3",
        serials,
        len(serials),
        now.replace(microsecond=now.microsecond // 1000 * 1000),
        within=BACK_WITHIN,
    )
    tell.check("every one of the check-ins is known", known, f"{time.monotonic() - began:.1f} s after the kill")
    after = await stage.helen.asks("/kit counts")
    tell.equal("the fleet is as large as before", total(after.text), total(before.text))
    await exact(stage)
    tell.equal("dead letters since", len(await stage.truth.dead_letters()), 1)


async def _another_runs(stage: Stage, pid: int) -> bool:
    deadline = time.monotonic() + BACK_WITHIN
    while time.monotonic() < deadline:
        if stage.addresses.supervisor.pids().get(VICTIM, pid) != pid:
            return True
        await asyncio.sleep(0.1)
    return False
