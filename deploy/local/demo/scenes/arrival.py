"""The fleet arrives by the vendors' wire formats, and chat counts what the vendors hold."""

from __future__ import annotations

import asyncio
import time

from deploy.local.demo.figures import counted, total
from deploy.local.demo.stage import Stage

TITLE = "The fleet arrives"
ABOUT = (
    "Intake polls Microsoft Graph and ServiceNow's Table API, Jamf sends webhooks, finance an extract. "
    "The planner asks until the register holds what the vendors hold."
)
LEAST = 5_000
PATIENCE = 75.0


async def play(stage: Stage) -> None:
    """Wait for the fill; compare counts by kind with the vendors' own interfaces."""
    tell = stage.tell
    async with asyncio.TaskGroup() as together:
        together.create_task(stage.start_fleet())
        arrived = await _wait(stage)
    served = await stage.wire.served()
    progress = await stage.wire.progress()
    answer = await stage.helen.asks("/kit counts")
    expected = served.assets + served.unknown_to_desk
    tell.check("everything that the vendors had to send has been taken", arrived and bool(progress["complete"]))
    tell.check(f"at least {LEAST:,} devices came over the wire", total(answer.text) >= LEAST, f"{total(answer.text):,}")
    sent = {name: part["done"] for name, part in progress["fill"].items()}
    tell.note("Sent: " + ", ".join(f"{name} {done:,}" for name, done in sent.items()) + ".")
    tell.equal("counts by kind in chat are the vendors' own", counted(answer.rows), dict(expected))
    strangers = sum(served.unknown_to_desk.values())
    tell.note(
        f"ServiceNow lists {sum(served.assets.values()):,} assets; {served.retired:,} of them are retired tablets, "
        "still counted because no wipe of them is proven. "
        f"{strangers} of the {served.managed:,} devices that Graph lists came with no serial that ServiceNow knows, so "
        "nothing says which assets they are: they stand as devices of their own until a serial arrives."
    )
    nameless = await stage.truth.one("SELECT count(*) FROM register.devices WHERE serial IS NULL")
    tell.equal("devices without a serial in the register", nameless, strangers)
    known = {row[0] for row in await stage.truth.rows("SELECT serial FROM register.devices WHERE serial IS NOT NULL")}
    tell.equal("serials that ServiceNow has and the register lacks", len(served.serials - known), 0)
    jamf = sum(1 for device in stage.world.devices if device.managed and device.model.vendor == "jamf")
    enrolled = await stage.truth.one("SELECT count(*) FROM register.identifiers WHERE name LIKE 'jamf:%'")
    tell.equal("devices known by Jamf's webhooks", enrolled, jamf)
    tell.equal("refused deliveries", progress["refusals"], [])
    tell.equal("dead letters", await stage.truth.dead_letters(), [])


async def _wait(stage: Stage) -> bool:
    began = told = time.monotonic()
    size = len(stage.world.devices)
    while True:
        devices, progress = await _arrived(stage), await stage.wire.progress()
        settled = progress.get("complete") and devices >= size and await _caught_up(stage)
        now = time.monotonic()
        if settled or now - told >= 1.0:
            told = now
            bar = "█" * round(30 * min(devices, size) / size)
            stage.tell.console.print(f"    {now - began:5.1f} s  [green]{bar:<30}[/green] {devices:>6,} devices")
        if settled or now - began > PATIENCE:
            return bool(settled)
        await asyncio.sleep(0.25)


async def _arrived(stage: Stage) -> int:
    """As chat tells it: ask as the planner, without telling each time."""
    answer = await stage.helen.asks("/kit counts", told=False)
    return total(answer.text) if answer.rows else 0


async def _caught_up(stage: Stage) -> bool:
    """Whether all that intake made safe was heard by register and budget, and refresh has heard of every change."""
    return bool(
        await stage.truth.one(
            "SELECT (SELECT count(*) FROM intake.outbox WHERE topic IN ('device-observed', 'finance-document'))"
            " <= (SELECT count(*) FROM register.inbox) + (SELECT count(*) FROM budget.inbox)"
            " AND (SELECT count(*) FROM register.outbox WHERE topic IN ('device-changed', 'device-failed'))"
            " <= (SELECT count(*) FROM refresh.inbox)"
        )
    )
