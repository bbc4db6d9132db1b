"""ServiceNow pushes what its business rules say, and the register and the queue follow at once."""

from __future__ import annotations

from deploy.local.demo.figures import counted
from deploy.local.demo.stage import Stage
from deploy.local.simulator.fleet.device import IN_MAINTENANCE
from deploy.local.simulator.incidents import Incident
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.outbound import Silence
from deploy.local.simulator.servicenow.push import fill_template, hardware_body, incident_body

TITLE = "The service desk takes a laptop in"
ABOUT = "ServiceNow is polled, and it also pushes: an incident about Daniel Reyes's laptop, then the asset in repair."


async def play(stage: Stage) -> None:
    """An incident and an asset pushed; the holder, the queue and the counts see both."""
    tell, daniel, world = stage.tell, stage.daniel, stage.world
    laptop = next(device for device in world.devices if device.holder and device.holder.email == daniel.email)
    before = counted((await daniel.asks("/kit counts laptop by state")).rows)

    now = microseconds(stage.clock.now())
    incident = Incident(len(world.incidents), laptop, "hardware", "Lid hinge broken", laptop.holder, now, now)
    world.open_incident(incident, Silence())
    tell.sent("ServiceNow", "POST /sources/servicenow/push", f"{incident.reference}: {incident.short_description}")
    reply = await stage.wire.servicenow(fill_template(incident_body(world, incident, "insert"), escape=True))
    tell.equal("is taken", (reply.status, reply.body["accepted"]), (200, 1))
    world.record(laptop, now, IN_MAINTENANCE, "", Silence())
    tell.sent("ServiceNow", "POST /sources/servicenow/push", f"{world.asset_tag(laptop)} is in maintenance")
    reply = await stage.wire.servicenow(fill_template(hardware_body(world, laptop, "update"), escape=True))
    tell.equal("is taken", (reply.status, reply.body["accepted"]), (200, 1))

    followed = await stage.truth.until(
        "SELECT EXISTS (SELECT FROM refresh.failures WHERE ticket = $1)"
        " AND EXISTS (SELECT FROM register.devices WHERE serial = $2 AND state = 'in_repair')",
        incident.reference,
        laptop.serial,
    )
    tell.check("register and refresh have heard of both", followed)
    mine = await daniel.asks("/kit")
    tell.check("he sees it in repair", f"{laptop.serial}" in mine.text and "in repair" in mine.text, laptop.serial)
    after = counted((await daniel.asks("/kit counts laptop by state")).rows)
    moved = {"deployed": before["deployed"] - 1, "in repair": before.get("in repair", 0) + 1}
    tell.equal("one laptop of his units moved", {state: after.get(state) for state in moved}, moved)
    why = await daniel.asks(f"/kit why {laptop.serial}")
    tell.check("the failure counts towards a replacement", "Failures:" in why.text)
