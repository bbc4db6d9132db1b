"""Asking for a device through the form, as several scenes do."""

from __future__ import annotations

import re
from typing import Any

from deploy.local.demo.actor import Actor, Answer
from deploy.local.demo.plain_text import text_of
from deploy.local.demo.stage import Stage
from deploy.local.workspace.scripted import Json


async def form_of(actor: Actor) -> Json:
    """The form, opened by the command."""
    return await actor.commands("/kit replace", "replace_form")


def about(form: Json, serial: str, reason: str) -> dict[str, Any]:
    """What is filled in of one of their devices."""
    menu = next(block for block in form["blocks"] if block["block_id"] == "device")["element"]
    chosen = next(each["value"] for each in menu["options"] if serial in each["text"]["text"])
    return {"device": chosen, "reason": reason, "explanation": "As it says.", "delivery": "Front desk"}


async def asked(actor: Actor, form: Json, values: dict[str, Any], said: str) -> str:
    """Send the form in; policy's verdict, as the form then says it."""
    act = await actor.submits(form, values, "Ask", said)
    assert act.view is not None, f"the form was not taken: {act}"
    await actor.person.close_view(act.view)
    return text_of(act.view["blocks"])


def reference_in(words: str) -> str:
    """The R-number that the words name first."""
    found = re.search(r"R-\d+", words)
    assert found is not None, f"no reference in {words!r}"
    return found[0]


async def request_message(actor: Actor, reference: str, words: str) -> Answer:
    """Their message about a request of theirs, once it says so."""
    return await actor.sees(
        lambda message: f"Your request {reference}" in str(message) and words in str(message.get("blocks")),
        told=f"Quartermaster, to {actor.name} in a direct message",
    )


def serial_of(stage: Stage, actor: Actor, kind: str) -> str:
    """The serial of the device of a kind that the vendors say they hold."""
    return next(
        device.serial
        for device in stage.world.devices
        if device.holder and device.holder.email == actor.email and device.model.kind == kind
    )
