"""What stands idle: counted, listed, and one of them asked for; whoever asked thinks better of it."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.render.wording import day
from deploy.local.demo.stage import Stage
from services.clock import london_date
from services.requests.policy import own_policy

TITLE = "What stands idle"
ABOUT = "Priya Nair sees what has not checked in for weeks, asks for the longest idle, and calls that off again."
IDLE = "FROM register.devices WHERE state = 'deployed' AND kind <> 'monitor' AND unit = ANY ($1) AND last_seen_at <= $2"


async def play(stage: Stage) -> None:
    """Counts a step against the device table; a request that is due back, and over."""
    tell, priya = stage.tell, stage.priya
    hers, now = list(stage.directory.under("central-west")), stage.clock.now()
    answer = await priya.asks("/kit idle")
    for days in (30, 60, 90):
        counted = await stage.truth.one(f"SELECT count(*) {IDLE}", hers, now - timedelta(days=days))
        tell.check(
            f"idle for {days} days as the table holds it", f"{days} days: {counted:,}" in answer.text, str(counted)
        )
    first = await stage.truth.rows(
        f"SELECT serial {IDLE} ORDER BY last_seen_at, device_id LIMIT 10", hers, now - timedelta(days=30)
    )
    listed = re.findall(r"^\d+\. (\S+) ", "\n".join(line.text for line in answer.lines), re.MULTILINE)
    tell.equal("the longest idle first", listed, [serial for (serial,) in first])
    tell.check("monitors are left out, and it says so", "Monitors never check in" in answer.text)
    refused = await stage.amara.asks("/kit idle")
    tell.check("staff are refused", "is for managers" in refused.text)

    button = next(each for each in _buttons(answer.message) if each.startswith("reclaim:"))
    priya.presses("Ask for it back…", "#general")
    form = await priya.opens(await priya.person.press(answer.message, button), "reclaim_form")
    why = "It has not been seen for weeks; somebody waits for one."
    act = await priya.submits(form, {"why": why}, "Ask", why)
    found = re.search(r"R-\d+", str(act.view))
    assert found is not None, f"no reference in {act}"
    reference = found[0]
    due = london_date(now) + timedelta(days=own_policy().days.to_hand_back)
    tell.check("it is due back by a day", day(due) in str(act.view), day(due))
    asked = await priya.sees(
        lambda message: reference in str(message) and "call_off_reclaim" in str(message),
        told="Quartermaster, to Priya Nair, as long as it is out",
    )
    status = "SELECT status FROM requests.requests WHERE reference = $1"
    tell.equal("it stands as what a leaver hands back does", await stage.truth.one(status, reference), "return_due")
    await priya.uses(asked.message, "call_off_reclaim", "Ask for it no more")
    await priya.sees(lambda message: reference in str(message) and "stays with them" in str(message))
    tell.equal("called off", await stage.truth.one(status, reference), "withdrawn")
    tell.note("Whoever holds it is asked in a direct message, and keeps it by saying what they need it for.")


def _buttons(message: dict[str, object]) -> list[str]:
    return re.findall(r"'action_id': '([^']+)'", str(message))
