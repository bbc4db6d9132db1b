"""What a manager sees of her units, what she does not, and a request refused with a reason."""

from __future__ import annotations

import re

from deploy.local.demo.figures import column, total
from deploy.local.demo.plain_text import text_of
from deploy.local.demo.stage import Stage

TITLE = "A manager looks after her units"
ABOUT = "Priya Nair answers for Central West: she sees it and the units under it, and decides what they ask for."


async def play(stage: Stage) -> None:
    """Counts by age, what falls due, the queue, another's unit, and a refusal."""
    tell, priya = stage.tell, stage.priya
    hers = list(stage.directory.under("central-west"))
    others = [unit.name for unit in stage.directory.units.values() if unit.code not in hers]

    ages = await priya.asks("/kit counts by age")
    held = sum((await stage.truth.held("unit", hers)).values())
    tell.equal("the ages sum to the devices of her units", sum(column(ages.rows, 1)), held)

    due = await priya.asks("/kit due next 6 months")
    overdue = await stage.truth.one(
        "SELECT count(*) FROM refresh.queue WHERE due_on < $1 AND unit = ANY ($2)", stage.clock.now().date(), hers
    )
    tell.check("overdue in her units as the queue holds it", f"{overdue:,} devices overdue" in due.text, f"{overdue:,}")

    queue = await priya.asks("/kit queue")
    serials = [found[1] for line in queue.lines if (found := re.match(r"\d+\. (\S+) ", line.text))]
    units = await stage.truth.rows("SELECT DISTINCT unit FROM register.devices WHERE serial = ANY ($1)", serials)
    tell.check(
        f"the queue's first {len(serials)} are all hers", bool(serials) and {unit for (unit,) in units} <= set(hers)
    )
    tell.check("no other unit is named", not any(name in queue.text for name in others if name != "Central West"))

    refused = await priya.asks("/kit counts in Central North")
    tell.check("Central North is refused", not refused.rows and "Central North is not one" in refused.text)
    daniel = await stage.daniel.asks("/kit counts by unit in Central North")
    north = await stage.truth.held("unit", stage.directory.under("central-north"))
    tell.equal("its own manager sees it", total(daniel.text), sum(north.values()))
    await _refuse(stage)


async def _refuse(stage: Stage) -> None:
    tell, amara, priya = stage.tell, stage.amara, stage.priya
    tell.did(amara.name, amara.role, "#general", "/kit replace")
    view = await amara.opens(await amara.person.slash("/kit replace"), "replace_form")
    devices = next(block for block in view["blocks"] if block["block_id"] == "device")["element"]["options"]
    phone = next(option["value"] for option in devices if "Galaxy" in option["text"]["text"])
    values = {"device": phone, "reason": "slow", "explanation": "It takes a while to wake.", "delivery": "Desk 4"}
    act = await amara.submits(view, values, "Ask", "her phone, too slow")
    found = re.search(r"R-\d+", text_of(act.view["blocks"]) if act.view else "")
    assert found is not None, f"no reference in {act}"
    await amara.person.close_view(view)
    reference = found[0]
    asked = await priya.sees(lambda message: reference in str(message) and "refuse_request" in str(message))
    priya.presses("Refuse…")
    form = await priya.opens(await priya.person.press(asked.message, "refuse_request"), "refuse_form")
    reason = "Not two years old yet: please try the service desk first."
    await priya.submits(form, {"refusal": reason}, "Refuse", reason)
    told = await amara.sees(
        lambda message: reference in str(message) and "Refused by Priya Nair" in str(message),
        told="Quartermaster, in Amara's message about it, changed in place",
    )
    tell.check("the requester reads the reason", reason in told.text)
    committed = await stage.truth.one(
        "SELECT count(*) FROM budget.ledger WHERE document_id = $1", f"request/{reference}"
    )
    tell.equal("money set aside for a refused request, entries", committed, 0)
