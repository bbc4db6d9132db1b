"""A phone that was stolen and a laptop that was lost: locked, wiped by two people, written off; found again."""

from __future__ import annotations

import asyncio

from deploy.local.demo.actor import Actor, Answer
from deploy.local.demo.plain_text import text_of
from deploy.local.demo.requests import about, form_of, serial_of
from deploy.local.demo.stage import Stage
from deploy.local.simulator.jamf.webhook import management_id

TITLE = "Lost and stolen"
ABOUT = "Tom Whitfield's phone was stolen, Chloë Martin's laptop is lost. Jamf locks and wipes what it manages, once."
ROOM = "device-security"
CRIME = "CRN 01/4711/24"


async def play(stage: Stage) -> None:
    """Report, lock, questions, a wipe confirmed twice, written off; then one that turns up."""
    reference = await _stolen(stage)
    await _wiped_once(stage, reference)
    await _written_off(stage, reference)
    await _found(stage)


async def _stolen(stage: Stage) -> str:
    tell, tom = stage.tell, stage.tom
    phone = serial_of(stage, tom, "smartphone")
    form = await tom.chooses(await form_of(tom), "reason", "stolen", "since")
    values = about(form, phone, "stolen") | {"explanation": "Taken from a table in a café."}
    act = await tom.submits(form, values, "Ask", "his phone was stolen")
    assert act.view is not None, f"no questions follow: {act}"
    tell.check("the few questions follow at once", act.view["callback_id"] == "loss_form")
    answers = {"last_seen_where": "Upper Street", "unlocked": "no", "sensitive": "yes", "wipe": ["yes"]}
    act = await tom.submits(act.view, answers, "Send", "Upper Street, not unlocked, sensitive, wipe it")
    told = text_of(act.view["blocks"]) if act.view else ""
    tell.check("a second person must confirm the wipe", "somebody else must confirm it" in told)
    reference = await stage.truth.one("SELECT reference FROM losses.losses WHERE serial = $1", phone)
    locked = "SELECT lock_standing = 'sent' FROM losses.losses WHERE reference = $1"
    tell.check("Jamf took the lock meanwhile", await stage.truth.until(locked, reference), reference)
    return str(reference)


async def _wiped_once(stage: Stage, reference: str) -> None:
    tell, tom, helen = stage.tell, stage.tom, stage.helen
    asked = await _in_security(helen, reference, "Confirm wipe")
    refused = await tom.person.press(asked.message, "loss_confirm_wipe")
    tell.check("Tom cannot confirm his own", refused.outcome == "refused", refused.notice)
    helen.presses("Confirm wipe ] [ Confirm wipe", f"#{ROOM}")
    await asyncio.gather(*(helen.person.press(asked.message, "loss_confirm_wipe") for _ in range(2)))
    wiped = "SELECT state = 'wiped' FROM losses.losses WHERE reference = $1"
    tell.check("Jamf tells that it is wiped", await stage.truth.until(wiped, reference))
    phone = next(each for each in stage.world.devices if each.serial == serial_of(stage, tom, "smartphone"))
    commands = await stage.wire.jamf_commands(management_id(stage.world, phone))
    tell.equal("Jamf's own list of commands to it", sorted(commands), ["DEVICE_LOCK", "ERASE_DEVICE"])
    done = await _in_security(helen, reference, "*Wiped*")
    tell.check("security's message is the one it had", done.message["ts"] == asked.message["ts"])


async def _written_off(stage: Stage, reference: str) -> None:
    tell, tom, helen = stage.tell, stage.tom, stage.helen
    shown = await _in_security(helen, reference, "*Wiped*")
    tell.check("it is not to be written off without a crime reference", not shown.has_button("loss_write_off"))
    tell.check("and the message says so", "without its crime reference" in shown.text)
    mine = await tom.sees(lambda message: reference in str(message) and "loss_tell" in str(message))
    tom.presses("Tell more…")
    form = await tom.opens(await tom.person.press(mine.message, "loss_tell"), "loss_form")
    await tom.submits(form, {"crime_reference": CRIME}, "Send", CRIME)
    shown = await _in_security(helen, reference, "loss_write_off")
    helen.presses("Write off…", f"#{ROOM}")
    form = await helen.opens(await helen.person.press(shown.message, "loss_write_off"), "write_off_form")
    await helen.submits(form, {"why": "Stolen, wiped, reported to the police"}, "Write off", "with a reason")
    gone = "SELECT state = 'written_off' FROM register.devices WHERE serial = $1"
    serial = serial_of(stage, tom, "smartphone")
    tell.check("the register has written it off", await stage.truth.until(gone, serial), serial)
    timeline = await helen.asks(f"/kit loss {reference}")
    for step in ("Reported stolen", "Wipe confirmed and sent", "Wipe done", "Written off: Stolen"):
        kept = await stage.truth.one(
            "SELECT count(*) FROM losses.timeline JOIN losses.losses USING (loss_id)"
            " WHERE reference = $1 AND what LIKE $2 || '%'",
            reference,
            step,
        )
        tell.equal(f"“{step}”: in chat, and in the table", (timeline.text.count(step), kept), (1, 1))


async def _found(stage: Stage) -> None:
    tell, chloe = stage.tell, stage.chloe
    serial = serial_of(stage, chloe, "laptop")
    answer = await chloe.asks(f"/kit lost {serial}")
    reference = await stage.truth.one("SELECT reference FROM losses.losses WHERE serial = $1", serial)
    tell.check("reported by one line", reference in answer.text)
    told = await chloe.sees(
        lambda message: reference in str(message) and "cannot lock Windows" in str(message),
        told="Quartermaster, to Chloë Martin in a direct message",
    )
    tell.check("Intune cannot lock Windows, and that is said", "cannot lock Windows" in told.text)
    tell.check("and a lock is not offered again", not told.has_button("loss_lock_again"))
    timeline = await chloe.asks(f"/kit loss {reference}")
    tell.check("with what can be done", "ask for a wipe" in timeline.text)
    await chloe.uses(told.message, "loss_found", "Found")
    found = await chloe.sees(lambda message: reference in str(message) and "*Found*" in str(message))
    tell.came(found.lines, found.seconds)
    tell.check("nothing is left to press", not found.has_button("loss_ask_wipe"))
    pending = await stage.truth.one(
        "SELECT count(*) FROM mdm.commands JOIN losses.losses USING (device_id)"
        " WHERE losses.reference = $1 AND commands.state NOT IN ('refused', 'recalled', 'unmanaged')",
        reference,
    )
    tell.equal("commands to it that wait or were taken", pending, 0)


async def _in_security(actor: Actor, reference: str, words: str) -> Answer:
    """The one message about a loss in security's channel, once it says so."""
    answer = await actor.sees(
        lambda message: f"{reference}: stolen" in str(message) and words in str(message.get("blocks")),
        told=f"Quartermaster, in #{ROOM}",
    )
    assert answer.message["channel"] == actor.person.channel(ROOM), "a loss was told elsewhere"
    return answer
