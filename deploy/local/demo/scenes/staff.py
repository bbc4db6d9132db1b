"""What a member of staff may ask, and what happens to words that are no command."""

from __future__ import annotations

from deploy.local.demo.actor import Answer
from deploy.local.demo.stage import Stage

TITLE = "A constable asks"
ABOUT = "Amara Osei sees what is hers, and nothing else; words that are no command still get an answer."


async def play(stage: Stage) -> None:
    """Own devices; a refusal that says who can; a misspelt command; a plain sentence."""
    tell, amara = stage.tell, stage.amara
    own = [device for device in stage.world.devices if device.holder and device.holder.email == amara.email]

    mine = await amara.asks("/kit")
    tell.equal("the vendors say she holds", sorted(device.model.kind for device in own), ["laptop", "smartphone"])
    for device in own:
        shown = device.serial in mine.text and device.model.plan.name in mine.text
        tell.check(f"her {device.model.kind} is shown", shown, f"{device.model.plan.name} {device.serial}")
    others = await stage.truth.rows("SELECT serial FROM register.devices WHERE holder_email <> $1", amara.email)
    tell.check("and nobody else's", not any(serial and serial in mine.text for (serial,) in others))

    refused = await amara.asks("/kit counts")
    tell.check("counts are refused", not refused.rows and "is for managers" in refused.text)
    tell.check("and she is told who can answer", "Priya Nair" in refused.text)

    lost = await amara.asks("/kit quue")
    tell.check("a misspelt command gets the nearest", "Did you mean /kit queue" in lost.text)

    sorry = await amara.says("My laptop's screen is cracked and it won't start")
    tell.check("a plain sentence leads to the form's button", _offers_form(sorry))


def _offers_form(answer: Answer) -> bool:
    return answer.has_button("replace")
