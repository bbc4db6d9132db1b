"""Returned devices are wiped by one act; device management proves it, and what fails goes to destruction."""

from __future__ import annotations

import hashlib

from deploy.local.demo.custody import acts, certificate, outcome, sends
from deploy.local.demo.stage import Stage
from deploy.local.simulator.fleet.device import RETIRED, Device
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.outbound import Silence

TITLE = "What came back is wiped, and one is destroyed"
ABOUT = "Helen Marsh asks for a wipe of all that came back at once; asked is not done, and only proof leads on."
PROOF = b"%PDF-1.4 crushed and shredded, witnessed"
WEEE = "WEEE-2411-017"


async def play(stage: Stage) -> None:
    """All wiped by one act; the proof; the one that failed destroyed and recycled."""
    for device in (stage.props.worn, stage.props.spoilt):
        await _comes_back(stage, device)
    await _wiped(stage)
    await _destroyed(stage)


async def _comes_back(stage: Stage, device: Device) -> None:
    stage.world.give(device, None)
    stage.world.record(device, microseconds(stage.clock.now()), RETIRED, "disposed", Silence())
    stage.tell.sent("ServiceNow", "POST /sources/servicenow/push", f"{device.serial} is retired: the desk has it")
    await stage.wire.asset(stage.world, device)
    there = "SELECT EXISTS (SELECT FROM custody.records WHERE serial = $1 AND state = 'returned')"
    stage.tell.check("it is in custody", await stage.truth.until(there, device.serial), device.serial)


async def _wiped(stage: Stage) -> None:
    tell, helen = stage.tell, stage.helen
    listed = await helen.asks("/kit custody returned")
    returned = await stage.truth.one("SELECT count(*) FROM custody.records WHERE state = 'returned'")
    tell.check("as many as the table has", f"{returned:,} devices" in listed.text, f"{returned:,}")
    helen.presses("Request a wipe: all…", "#general")
    seen = len(helen.person.updates)
    act = await helen.person.press(listed.message, "custody_act:request_wipe")
    form = await helen.opens(act, "custody_act_form")
    await sends(helen, form, {"note": "The week's returns"}, "the week's returns")
    told = await outcome(helen, seen, "A wipe is requested")
    asked = await stage.truth.rows("SELECT serial FROM custody.records WHERE state = 'wipe_requested'")
    tell.check("one act, one batch; what nothing manages stays, and says why", "No device management" in told.text)
    expected = {device.serial for device in returned_devices(stage)}
    tell.check("what Intune and Jamf manage is asked", expected <= {serial for (serial,) in asked}, len(expected))

    failing = stage.props.spoilt.serial
    wiped = sorted(expected - {failing})
    proved = (
        "SELECT count(*) = $2 FROM custody.records WHERE serial = ANY ($1) AND state = 'sanitised' AND proof = 'mdm'"
    )
    tell.check(
        "device management proves them empty", await stage.truth.until(proved, wiped, len(wiped)), ", ".join(wiped)
    )
    failed = "SELECT state = 'wipe_failed' FROM custody.records WHERE serial = $1"
    tell.check("and one wipe failed, which is no proof", await stage.truth.until(failed, failing), failing)


async def _destroyed(stage: Stage) -> None:
    tell, helen, serial = stage.tell, stage.helen, stage.props.spoilt.serial
    reference = await stage.truth.one("SELECT reference FROM custody.records WHERE serial = $1", serial)
    record = await helen.asks(f"/kit custody {serial}")
    tell.check("it may only be destroyed", record.has_button("custody_act:send_to_destruction"))
    tell.check("not reviewed, sold or given", not record.has_button("custody_act:review"))
    await acts(helen, f"custody act send_to_destruction on {reference}", {"place": "Cage 4"}, "from cage 4")
    file = await helen.person.upload("destruction.pdf", PROOF)
    values = {"document_id": [file], "certificate_issuer": "Assumed Shredders Ltd", "certificate_number": "D-881"}
    told = await acts(helen, f"custody act destroy on {reference}", values, "the certificate, D-881")
    digest = hashlib.sha256(PROOF).hexdigest()
    tell.check("the file is kept, byte for byte", digest in told, digest[:12])
    await acts(helen, f"custody act recycle on {reference}", {"weee_note": WEEE}, WEEE)
    seen = len(helen.person.updates)
    record = await helen.asks(f"/kit custody {reference}")
    tell.check("its chain ends recycled, with the WEEE note", WEEE in record.text and "ecycled" in record.text)
    await helen.uses(record.message, "custody_certificate", "Certificate", "#general")
    name, content = await certificate(helen, seen)
    stage.files[name] = content
    issued = await stage.truth.one("SELECT digest FROM custody.issued_certificates WHERE subject = $1", reference)
    tell.equal("its certificate is the one issued", hashlib.sha256(content).hexdigest(), issued)


def returned_devices(stage: Stage) -> list[Device]:
    """What came back in these scenes and is managed."""
    props = stage.props
    return [props.old, *props.leavers, props.worn, props.spoilt]
