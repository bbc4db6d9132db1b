"""Somebody leaves: what they hold is due back, is reminded of by the clock, and comes back at the desk."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from bot.render.wording import day
from deploy.local.demo.stage import Stage
from deploy.local.simulator.fleet.device import RETIRED
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.outbound import Silence
from services.clock import london_date
from services.requests.policy import POLICY_FILE

TITLE = "Somebody leaves"
ABOUT = "A constable of Daniel Reyes's leaves; a laptop and a phone are due back, and the desk takes both in."


async def play(stage: Stage) -> None:
    """Said once, due back, returned; reminders are the clock's, and are not waited for."""
    tell, daniel, leaver = stage.tell, stage.daniel, stage.props.leaver
    serials = sorted(device.serial for device in stage.props.leavers)
    answer = await daniel.asks("/kit leavers")
    daniel.presses("Somebody else leaves…", "#general")
    form = await daniel.opens(await daniel.person.press(answer.message, "somebody_leaves"), "leaves_form")
    act = await daniel.submits(form, {"who_email": leaver.email}, "They leave", leaver.email)
    told = str(act.view)
    tell.check(
        "what the vendors say they hold is due back", all(serial in told for serial in serials), ", ".join(serials)
    )
    listed = await daniel.sees(
        lambda message: leaver.email in str(message) and "to be handed back" in str(message),
        told="Quartermaster, to Daniel Reyes in a direct message",
    )
    days = msgspec.yaml.decode(POLICY_FILE.read_bytes())["days"]
    due = day(london_date(stage.clock.now()) + timedelta(days=days["to_hand_back"]))
    tell.check("each with its day", listed.text.count(f"due {due}") == len(serials), due)
    tell.note(
        f"The clock reminds them after {days['until_reminder']} days, and lists for Daniel what is late; "
        "this demonstration does not wait for days."
    )
    await _said_again(stage)
    due_back = "SELECT count(*) FROM requests.requests WHERE recipient_email = $1 AND reason = 'leaver'"
    tell.equal("said twice, due back", await stage.truth.one(due_back, leaver.email), len(serials))
    await _back(stage)


async def _said_again(stage: Stage) -> None:
    daniel = stage.daniel
    answer = await daniel.asks("/kit leavers")
    form = await daniel.opens(await daniel.person.press(answer.message, "somebody_leaves"), "leaves_form")
    await daniel.submits(form, {"who_email": stage.props.leaver.email}, "They leave", "said once more")


async def _back(stage: Stage) -> None:
    tell = stage.tell
    for device in stage.props.leavers:
        stage.world.give(device, None)
        stage.world.record(device, microseconds(stage.clock.now()), RETIRED, "disposed", Silence())
        tell.sent("ServiceNow", "POST /sources/servicenow/push", f"{device.serial} is retired: the desk has it")
        reply = await stage.wire.asset(stage.world, device)
        tell.equal("is taken", (reply.status, reply.body["accepted"]), (200, 1))
    closed = "SELECT bool_and(status = 'closed') FROM requests.requests WHERE serial = ANY ($1) AND reason = 'leaver'"
    serials = [device.serial for device in stage.props.leavers]
    tell.check("nobody needed to say that they are back", await stage.truth.until(closed, serials))
    await stage.daniel.sees(
        lambda message: "everything is back" in str(message), told="Quartermaster, to Daniel Reyes, in the same message"
    )
