"""What a person holds; or which person was meant."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.message import Message, button, escape, header, message, note, section
from bot.render.mine import device_line
from bot.render.wording import count_of
from services.access.directory import Person
from services.register.queries import DeviceView

MOST = 25


def render(who: str, devices: Sequence[DeviceView]) -> Message:
    """The answer to `find` with a person."""
    blocks: list[Block] = [header(who)]
    for device in devices[:MOST]:
        ask = button("What happened", ids.ask("find"), f"find {device.serial}") if device.serial else None
        blocks.append(section(device_line(device), ask))
    if len(devices) > MOST:
        blocks.append(note(f"and {len(devices) - MOST} more"))
    return message(f"{who}: {count_of(len(devices), 'device')} on record", blocks)


def render_choice(term: str, people: Sequence[Person], word: str = "find") -> Message:
    """Several people go by this name; `word` is the command that asks about one of them."""
    blocks: list[Block] = [section(f"Whom do you mean by “{escape(term)}”?")]
    blocks += [
        section(
            f"{escape(person.name)}, {escape(person.email)}",
            button("This one", ids.ask(word), f"{word} {person.email}"),
        )
        for person in people[:MOST]
    ]
    if len(people) > MOST:
        blocks.append(note(f"and {len(people) - MOST} more; say more of the name, or the address"))
    return message(f"{len(people)} people are called {term}", blocks)
