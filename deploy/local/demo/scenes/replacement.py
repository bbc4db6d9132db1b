"""A replacement from the form to the order: one decision, one commitment, messages that change in place."""

from __future__ import annotations

import asyncio
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
ABOUT = "Amara asks, her manager decides, the budget commits, the queue follows. Her manager never sees a price."


async def play(stage: Stage) -> None:
    """Form, approval pressed twice, order; then the request, the queue and the money."""
    tell, amara, priya = stage.tell, stage.amara, stage.priya
    laptop = next(device for device in stage.world.devices if device.holder and device.holder.email == amara.email)
    before = await stage.idris.asks("/kit budget")
    reference = await _ask(stage, laptop.serial)
    asked = await _approver_is_asked(stage, reference)
    await _another_manager_may_not(stage, reference, asked)
    confirmed = await _last_direct(amara, reference)

    priya.presses("Approve ] [ Approve")
    seen = len(priya.person.updates)
    acts = await asyncio.gather(*(priya.person.press(asked, "approve_request") for _ in range(2)))
    tell.check("both presses are acknowledged", all(act.outcome == "acknowledged" for act in acts))
    again = await priya.sees(lambda message: "was decided before" in text_of(message["blocks"]), after=seen)
    tell.came(again.lines, None, "Quartermaster, to the second press")
    ordered = await amara.sees(
        lambda message: reference in str(message) and "Ordered" in text_of(message.get("blocks", [])),
        told="Quartermaster, in Amara's first message about it, changed in place",
    )
    done = await priya.sees(
        lambda message: message["ts"] == asked["ts"] and "Ordered" in text_of(message.get("blocks", []))
    )
    tell.check("her message is the one she had", ordered.message["ts"] == confirmed["ts"])
    tell.check("the manager's message lost its buttons", not done.has_button("approve_request"))
    told_once = sum(reference in str(message) for message in await amara.person.history(DIRECT))
    tell.equal("messages to Amara about it", told_once, 1)
    decisions = await stage.truth.one(
        "SELECT count(*) FROM access.audit WHERE action = 'approved' AND subject = $1 AND granted", reference
    )
    tell.equal("pressed twice, decided", decisions, 1)
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
    act = await amara.submits(view, values, "Ask", f"needed by {values['needed_by']}")
    verdict = text_of(act.view["blocks"]) if act.view else ""
    found = re.search(r"R-\d+", verdict)
    assert found is not None, f"no reference in {verdict!r}"
    due_on = await stage.truth.one("SELECT due_on FROM refresh.queue WHERE serial = $1", serial)
    stated = f"due anyway, since {due_on.day} {due_on:%B %Y}" if due_on and due_on <= today else "not due"
    tell.check("policy's verdict comes at once and is the queue's", stated in verdict, stated)
    await amara.person.close_view(view)
    return found[0]


async def _approver_is_asked(stage: Stage, reference: str) -> Json:
    asked = await stage.priya.sees(
        lambda message: reference in str(message) and "approve_request" in str(message),
        told="Quartermaster, to Priya Nair in a direct message",
    )
    stage.tell.check("her manager is asked, with buttons", asked.has_button("refuse_request"))
    stage.tell.check("and sees no price", "£" not in asked.text)
    return asked.message


async def _another_manager_may_not(stage: Stage, reference: str, asked: Json) -> None:
    tell, daniel = stage.tell, stage.daniel
    unseen = await daniel.asks(f"/kit request {reference}")
    tell.check("another unit's manager does not see it", "There is no request" in unseen.text)
    act = await daniel.person.press(asked, "approve_request")
    tell.check("nor can he press its button", act.outcome == "refused", act.notice)
    status = await stage.truth.one("SELECT status FROM requests.requests WHERE reference = $1", reference)
    tell.equal("the request still waits", status, "waiting_for_approval")


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
    steps = [step in timeline.text for step in ("Asked for", "Approved", "Money is set aside")]
    tell.check("the timeline tells asked, approved, ordered", all(steps))
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
