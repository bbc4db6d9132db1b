"""Two records claim one serial, and the planner rules."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from deploy.local.demo.stage import Stage
from deploy.local.demo.webhooks import check_in, jamf_devices
from deploy.local.simulator.fleet.device import Device

TITLE = "Two devices, one serial"
ABOUT = "A second computer has checked in to Jamf under the serial number of another, day after day."
CLONE = 990_001
CLAIMANT = f"jamf:computer/{CLONE}"


async def play(stage: Stage) -> None:
    """Both check in in turn, the planner splits them, and later words change nothing."""
    tell, helen, now = stage.tell, stage.helen, stage.clock.now()
    mac = next(device for device in jamf_devices(stage.world) if device.model.plan.platform == "macos")
    tell.sent("Jamf Pro", "POST /sources/jamf/webhook", f"{mac.serial} enrols anew: that is no conflict")
    replies = [await stage.wire.jamf(check_in(stage.world, mac, now - timedelta(days=4)))]
    replies.append(await stage.wire.jamf(_clone(stage, mac, now - timedelta(days=3))))
    known = "SELECT count(*) = 1 FROM register.identifiers WHERE name = $1"
    tell.check("both names are one device's", await stage.truth.until(known, CLAIMANT))
    none = await helen.asks("/kit conflicts", told=False)
    tell.check("nobody is asked", mac.serial not in none.text)

    tell.sent("Jamf Pro", "POST /sources/jamf/webhook", "but then both go on checking in")
    replies.append(await stage.wire.jamf(check_in(stage.world, mac, now - timedelta(days=2))))
    replies.append(await stage.wire.jamf(_clone(stage, mac, now - timedelta(days=1))))
    tell.equal("accepted", sum(reply.body["accepted"] for reply in replies), 4)
    found = "SELECT count(*) = 1 FROM register.conflicts WHERE ruling IS NULL"
    tell.check("a conflict is found", await stage.truth.until(found))
    asked = await helen.asks("/kit conflicts")
    tell.check("both claimants stand in it", mac.serial in asked.text and str(CLONE) in asked.text)

    split = _button(asked.message, CLAIMANT)
    helen.presses("Two devices: split off", "#general")
    seen = len(helen.person.updates)
    await helen.person.press(asked.message, split)
    ruled = await helen.sees(lambda message: "Helen Marsh" in str(message) and mac.serial in str(message), after=seen)
    tell.came(ruled.lines, ruled.seconds)
    devices = "SELECT count(DISTINCT device_id) FROM register.identifiers WHERE name = ANY ($1)"
    names = [f"serial:{mac.serial}", CLAIMANT]
    tell.equal("they are two devices", await stage.truth.one(devices, names), 2)
    reply = await stage.wire.jamf(_clone(stage, mac, now))
    tell.equal("a later word of the second", reply.body["accepted"], 1)
    seen_again = """
        SELECT d.last_seen_at >= $2 FROM register.devices AS d
        JOIN register.identifiers USING (device_id) WHERE name = $1
    """
    await stage.truth.until(seen_again, CLAIMANT, now.replace(microsecond=0))
    tell.equal("still two", await stage.truth.one(devices, names), 2)


def _clone(stage: Stage, mac: Device, at: datetime) -> bytes:
    body = msgspec.json.decode(check_in(stage.world, mac, at))
    body["event"] |= {"jssID": CLONE, "udid": "", "managementId": ""}
    return msgspec.json.encode(body)


def _button(message: dict[str, object], claimant: str) -> str:
    blocks: list[dict[str, object]] = message["blocks"]  # type: ignore[assignment]  # as Slack sends them
    for block in blocks:
        for element in block.get("elements", ()):  # type: ignore[attr-defined]  # the same
            if str(element.get("value", "")).endswith(f"\n{claimant}"):
                return str(element["action_id"])
    raise AssertionError(f"no button splits off {claimant}")
