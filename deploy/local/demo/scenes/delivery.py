"""From an order to the new device in use and the old one back: told by the vendors' systems, not by typing."""

from __future__ import annotations

from bot.render.wording import money
from deploy.local.demo.actor import Actor
from deploy.local.demo.scenes.replacement import KEY
from deploy.local.demo.stage import Stage
from deploy.local.demo.webhooks import enrolment
from deploy.local.simulator.fleet.device import IN_USE, RETIRED
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.outbound import Silence

TITLE = "It is delivered, checked, and the old one comes back"
ABOUT = "Helen Marsh sets a MacBook from stock aside and sends it; Jamf tells who enrolled it, the desk what came back."


async def play(stage: Stage) -> None:
    """Set aside, sent, enrolled, received, checked, handed back; the ticket is resolved."""
    tell, amara, reference = stage.tell, stage.amara, stage.kept[KEY]
    old = stage.props.old
    await _set_aside_and_sent(stage, reference)
    await _enrolled(stage, reference)

    there = await _followed(amara, reference, "enrolled in your name")
    await amara.uses(there, "delivery_receive", "I have it")
    check = await _followed(amara, reference, "accessibility settings work")
    tell.check("her settings come before the old one goes back", "Keep the old one until then" in str(check))
    listed = await stage.helen.asks("/kit deliveries")
    tell.check("nobody is offered to take it back before", not listed.has_button("delivery_take_back"))
    await amara.uses(check, "delivery_check", "Settings are checked")
    due = await _followed(amara, reference, "Please hand back")
    tell.check("then it is due, with a day", old.serial in str(due) and " by " in str(due))

    now = microseconds(stage.clock.now())
    stage.world.give(old, None)
    stage.world.record(old, now, RETIRED, "disposed", Silence())
    tell.sent("ServiceNow", "POST /sources/servicenow/push", f"{old.serial} is retired: the desk has it")
    reply = await stage.wire.asset(stage.world, old)
    tell.equal("is taken", (reply.status, reply.body["accepted"]), (200, 1))
    await _followed(amara, reference, "All is done")
    await _every_step_once(stage, reference)
    mine = await amara.asks("/kit")
    tell.check("her list has the new one", stage.props.mac.serial in mine.text)
    tell.check("and not the old one", old.serial not in mine.text)


async def _set_aside_and_sent(stage: Stage, reference: str) -> None:
    tell, helen, mac = stage.tell, stage.helen, stage.props.mac
    listed = await helen.asks("/kit deliveries")
    tell.check("the order waits in the planner's list", reference in listed.text and "To be allocated" in listed.text)
    tell.check("without a price", "£" not in listed.text)
    helen.presses("Allocate…", "#general")
    form = await helen.opens(await helen.person.press(listed.message, "delivery_allocate"), "delivery_allocate_form")
    act = await helen.submits(form, {"serial": mac.serial}, "Set aside", mac.serial)
    tell.check("a MacBook from stock is set aside", act.view is not None and mac.serial in str(act.view))
    listed = await helen.asks("/kit deliveries")
    helen.presses("Ship…", "#general")
    form = await helen.opens(await helen.person.press(listed.message, "delivery_ship"), "delivery_ship_form")
    await helen.submits(form, {"carrier": "Van 3", "tracking": "V3-1104"}, "Sent", "Van 3, V3-1104")
    sent = await _followed(stage.amara, reference, "on its way")
    tell.check("Amara reads with whom it comes", "Van 3" in str(sent) and "V3-1104" in str(sent))


async def _enrolled(stage: Stage, reference: str) -> None:
    tell, mac = stage.tell, stage.props.mac
    amara = next(person for person in stage.world.people if person.email == stage.amara.email)
    stage.world.give(mac, amara)
    tell.sent("Jamf Pro", "POST /sources/jamf/webhook", f"{mac.serial} is enrolled by {amara.name}")
    reply = await stage.wire.jamf(enrolment(stage.world, mac, stage.clock.now()))
    tell.equal("is taken", (reply.status, reply.body["accepted"]), (200, 1))
    stage.world.record(mac, microseconds(stage.clock.now()), IN_USE, "", Silence())
    tell.sent("ServiceNow", "POST /sources/servicenow/push", f"{mac.serial} is in use by {amara.name}")
    reply = await stage.wire.asset(stage.world, mac)
    tell.equal("is taken", (reply.status, reply.body["accepted"]), (200, 1))
    delivered = "SELECT status = 'delivered' AND enrolled_serial = $2 FROM requests.requests WHERE reference = $1"
    done = await stage.truth.until(delivered, reference, mac.serial)
    tell.check("nobody told Quartermaster in chat, and the request knows it is there", done)


async def _every_step_once(stage: Stage, reference: str) -> None:
    tell = stage.tell
    timeline = await stage.amara.asks(f"/kit request {reference}")
    for step in (
        "Asked for",
        f"{stage.props.mac.serial} is set aside",
        "Sent with Van 3",
        "Receipt confirmed",
        "settings are checked",
        "no longer",
    ):
        tell.equal(f"“{step}” stands in the timeline", timeline.text.count(step), 1)
    tell.check("no price in it", "£" not in timeline.text)
    resolved = "SELECT state = 'resolved' FROM desk.tickets WHERE reference = $1"
    await stage.truth.until(resolved, reference)
    ticket = await stage.truth.one("SELECT ticket FROM desk.tickets WHERE reference = $1", reference)
    tell.equal("the service desk itself says of the ticket", await stage.wire.ticket_state(reference), "Resolved")
    tell.check("and chat names it", ticket in timeline.text, ticket)
    entries = await stage.truth.rows(
        "SELECT entry_type, net_pence + vat_pence FROM budget.ledger"
        " WHERE document_id = $1 OR document_id LIKE $1 || '/%' ORDER BY entry_type",
        f"request/{reference}",
    )
    (_, committed), (_, released) = entries
    tell.check("one came from stock, so the money set aside is free again", committed == released, money(released))
    tell.equal("no counter differs from the ledger", await stage.truth.wrong_sums(), [])


async def _followed(actor: Actor, reference: str, words: str) -> dict[str, object]:
    """The message that follows the delivery, once it says so."""
    answer = await actor.sees(
        lambda message: reference in str(message) and words in str(message.get("blocks")),
        told=f"Quartermaster, to {actor.name} in a direct message",
    )
    return answer.message
