"""A replacement from the form to the order: one verdict, one commitment, a message that changes in place."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec

from bot.render.wording import money
from deploy.local.demo.actor import DIRECT, Actor
from deploy.local.demo.figures import pence_after
from deploy.local.demo.plain_text import text_of
from deploy.local.demo.stage import Stage
from deploy.local.workspace.scripted import Json
from services.budget.configuration import PRICE_BOOK
from services.clock import london_date

TITLE = "A broken laptop is replaced"
ABOUT = "Amara asks; her laptop is due anyway, so policy approves at once, the budget commits and the queue follows."
KEY = "amara's laptop"


async def play(stage: Stage) -> None:
    """Form, verdict, order; then the request, the queue and the money."""
    tell, amara = stage.tell, stage.amara
    laptop = stage.props.old
    before = await stage.idris.asks("/kit budget")
    reference = await _ask(stage, laptop.serial)
    stage.kept[KEY] = reference
    confirmed = await _last_direct(amara, reference)
    ordered = await amara.sees(
        lambda message: reference in str(message) and "Ordered" in text_of(message.get("blocks", [])),
        told="Quartermaster, in Amara's first message about it, changed in place",
    )
    tell.check("her message is the one she had", ordered.message["ts"] == confirmed["ts"])
    told_once = sum(reference in str(message) for message in await amara.person.history(DIRECT))
    tell.equal("messages to Amara about it", told_once, 1)
    asked = sum(reference in str(message) for message in await stage.priya.person.history(DIRECT))
    tell.equal("her manager was bothered, times", asked, 0)
    await _followed_up(stage, reference, laptop.serial)
    await _money(stage, reference, pence_after("committed", before.text))


async def _ask(stage: Stage, serial: str) -> str:
    """Fill the form in wrongly, then rightly. The request's reference."""
    tell, amara = stage.tell, stage.amara
    today = london_date(stage.clock.now())
    tell.did(amara.name, amara.role, "#general", "/kit replace")
    view = await amara.opens(await amara.person.slash("/kit replace"), "replace_form")
    devices = next(block for block in view["blocks"] if block["block_id"] == "device")["element"]["options"]
    values = {
        "device": next(option["value"] for option in devices if serial in option["text"]["text"]),
        "reason": "broken",
        "explanation": "Dropped on the stairs: the screen is cracked and it does not start.",
        "delivery": "Charing Cross, front desk",
        "needed_by": (today - timedelta(days=3)).isoformat(),
    }
    act = await amara.submits(view, values, "Ask", f"needed by {values['needed_by']}, which has passed")
    tell.equal("a faulty form says so at the field", list(act.errors), ["needed_by"])
    values["needed_by"] = (today + timedelta(days=7)).isoformat()
    view = await amara.chooses(view, "accessibility", ["needed"], "assistive_technology")
    values |= {"accessibility": ["needed"], "assistive_technology": "A screen reader"}
    act = await amara.submits(view, values, "Ask", f"needed by {values['needed_by']}; she uses a screen reader")
    verdict = text_of(act.view["blocks"]) if act.view else ""
    found = re.search(r"R-\d+", verdict)
    assert found is not None, f"no reference in {verdict!r}"
    due_on = await stage.truth.one("SELECT due_on FROM refresh.queue WHERE serial = $1", serial)
    stated = f"due anyway, since {due_on.day} {due_on:%B %Y}" if due_on and due_on <= today else "not due"
    tell.check("policy's verdict comes at once and is the queue's", stated in verdict, stated)
    await amara.person.close_view(view)
    return found[0]


async def _last_direct(actor: Actor, reference: str) -> Json:
    answer = await actor.sees(lambda message: f"Your request {reference}" in text_of(message.get("blocks", [])))
    return answer.message


async def _followed_up(stage: Stage, reference: str, serial: str) -> None:
    tell = stage.tell
    ticket_there = (
        "SELECT ticket IS NOT NULL FROM requests.requests JOIN desk.tickets USING (reference) WHERE reference = $1"
    )
    await stage.truth.until(ticket_there, reference)
    timeline = await stage.amara.asks(f"/kit request {reference}")
    steps = [step in timeline.text for step in ("Asked for", "Money is set aside")]
    tell.check("the timeline tells asked and ordered", all(steps))
    tell.check("and no price", "£" not in timeline.text)
    await stage.truth.until("SELECT status = 'ordered' FROM refresh.queue WHERE serial = $1", serial)
    why = await stage.priya.asks(f"/kit why {serial}")
    tell.check("the queue names the request as the reason", f"{reference} was approved" in why.text)
    tell.check("and that its successor is ordered", "successor is ordered" in why.text)
    record, ticket = (
        await stage.truth.rows("SELECT record, ticket FROM desk.tickets WHERE reference = $1", reference)
    )[0]
    tell.check(
        "the service desk has a ticket for it, and chat names it", bool(record) and ticket in timeline.text, ticket
    )


async def _money(stage: Stage, reference: str, before: int) -> None:
    tell = stage.tell
    after = await stage.idris.asks("/kit budget")
    prices = msgspec.yaml.decode(PRICE_BOOK.read_bytes())["prices"]
    net = prices["laptop"]["net_pence"]
    price = net + net * prices["laptop"]["vat_basis_points"] // 10_000
    rise = pence_after("committed", after.text) - before
    tell.equal("for finance, committed rose by exactly the price book's price", rise, price, money)
    entries = await stage.truth.rows(
        "SELECT entry_type, net_pence + vat_pence FROM budget.ledger WHERE document_id = $1", f"request/{reference}"
    )
    tell.equal("entries for it in the ledger", entries, [("committed", price)], money)
