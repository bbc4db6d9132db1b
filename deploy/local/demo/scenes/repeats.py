"""What comes twice counts once, and what cannot be read is refused with the place, and kept."""

from __future__ import annotations

import asyncio

from deploy.local.demo.stage import Stage
from deploy.local.demo.webhooks import check_in, jamf_devices
from deploy.local.simulator.finance.extract import opening_rows

TITLE = "Twice is once"
ABOUT = "Senders repeat themselves and send rubbish. Neither moves a counter by one device or one penny."
TIMES = 20


async def play(stage: Stage) -> None:
    """A webhook twenty times, an extract again, malformed JSON; then all counters against a fresh count."""
    tell, wire = stage.tell, stage.wire
    budget, counts = await stage.idris.asks("/kit budget", told=False), await stage.truth.held("kind")
    device = jamf_devices(stage.world)[0]
    moment = stage.clock.now()
    body = check_in(stage.world, device, moment)
    tell.sent("Jamf Pro", "POST /sources/jamf/webhook", f"{TIMES} times {device.serial} checks in")
    replies = await asyncio.gather(*(wire.jamf(body) for _ in range(TIMES)))
    tell.equal("accepted", sum(reply.body["accepted"] for reply in replies), 1)
    tell.equal("known for repeats", sum(reply.body["repeated"] for reply in replies), TIMES - 1)

    rows = list(opening_rows(stage.world.scenario, stage.world.orders))
    tell.sent("Finance's system", "POST /sources/finance/extract", "the year's extract once more")
    reply = await wire.finance(rows)
    tell.equal("rows known for repeats", reply.body["repeated"], len(rows))
    tell.equal("accepted", reply.body["accepted"], 0)

    tell.sent("Jamf Pro", "POST /sources/jamf/webhook", "half a body")
    reply = await wire.jamf(body[: len(body) // 2])
    letters = reply.body.get("dead_letters") or [{}]
    tell.check("is answered 400, saying where", reply.status == 400 and bool(letters[0].get("where")), reply)
    kept = await stage.truth.dead_letters()
    tell.equal("dead letters: this one alone", len(kept), 1)

    seen = "SELECT max(last_seen_at) >= $2 FROM register.devices WHERE serial = $1"
    to_the_millisecond = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    tell.check("the check-in itself is known", await stage.truth.until(seen, device.serial, to_the_millisecond))
    after = await stage.idris.asks("/kit budget")
    tell.check("the budget in chat is as before", after.text == budget.text)
    tell.equal("counts by kind are as before", await stage.truth.held("kind"), counts)
    await exact(stage)


async def exact(stage: Stage) -> None:
    """Every counter against a fresh count."""
    stage.tell.equal("register's counts that differ from a fresh count", await stage.truth.wrong_counts(), [])
    stage.tell.equal("budget's counters that differ from the ledger", await stage.truth.wrong_sums(), [])
