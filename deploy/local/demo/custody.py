"""Acts in custody through their forms, as several scenes do."""

from __future__ import annotations

import re
from typing import Any

from deploy.local.demo.actor import Actor, Answer
from deploy.local.demo.plain_text import Line, text_of
from deploy.local.workspace.scripted import Json


async def acts(actor: Actor, line: str, values: dict[str, Any], said: str) -> str:
    """Open the form of an act by its line, fill it in, and give what the form then says."""
    form = await actor.commands(f"/kit {line}", "custody_act_form")
    return await sends(actor, form, values, said)


async def sends(actor: Actor, form: Json, values: dict[str, Any], said: str) -> str:
    """Fill an open form in."""
    act = await actor.submits(form, values, "Do it", said)
    assert act.view is not None, f"the form was not taken: {act}"
    await actor.person.close_view(act.view)
    return text_of(act.view["blocks"])


async def outcome(actor: Actor, after: int, name: str) -> Answer:
    """The message that tells what an act on many did."""
    return await actor.sees(
        lambda message: re.search(rf"B-\d+: {name}", str(message)) is not None,
        after=after,
        told=f"Quartermaster, to {actor.name} in a direct message",
    )


async def certificate(actor: Actor, after: int) -> tuple[str, bytes]:
    """The file that came to somebody: its name and content."""
    answer = await actor.sees(lambda message: bool(message.get("files")), after=after)
    file = answer.message["files"][0]
    content = await actor.person.download(file)
    actor.told([Line(f"⎘ {file['name']}, {file['title']}, {len(content):,} bytes")], answer.seconds)
    return str(file["name"]), content
