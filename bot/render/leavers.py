"""Devices whose people have left or moved: whose, where, and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import count_of, kind_name, moment, unit_name
from services.register.queries import StrayDevice
from services.requests.commands import Left

MOST_BUTTONS = 10


def render(
    left: Sequence[StrayDevice],
    moved: Sequence[StrayDevice],
    names: Mapping[str, str],
    people: Mapping[str, str],
    *,
    says_who_leaves: bool = False,
) -> Message:
    """The answer to `leavers`; for those who may say so, with a button for each that makes due back what they hold."""
    if not left and not moved:
        told = "No device in what you may see is with somebody who has left or moved."
        return message(told, [section(told), *(_saying([], people) if says_who_leaves else [])])
    summary = f"{count_of(len(left), 'device')} with leavers, {len(moved):,} with people who moved"
    blocks: list[Block] = [header("Leavers and movers"), section(f"*{summary}*")]
    if left:
        blocks += [section("*Still with people who have left*"), listed([_left(each, names, people) for each in left])]
    if moved:
        blocks += [
            section("*In another unit than their holder*"),
            listed([_moved(each, names, people) for each in moved]),
        ]
    if says_who_leaves:
        blocks += _saying(left, people)
    blocks.append(note("`/kit find SERIAL` shows a device and what happened to it."))
    return message(summary, blocks)


def left_words(left: Left) -> str:
    """What came of saying that somebody leaves."""
    others = "".join(f" {each.serial or 'A device'} has the open request {each.reference}." for each in left.others)
    ended = ", ".join(each.reference for each in left.ended)
    over = f" What was asked for them is over: {ended}. Whoever asked, and whoever was asked, is told." if ended else ""
    if not left.due_back:
        return f"{left.name} holds nothing, in what you may see, that is to come back for this.{others}{over}"
    labels = ", ".join(each.serial or kind_name(each.kind) for each in left.due_back)
    told = f"{left.name} is to hand back {count_of(len(left.due_back), 'device')}: {labels}. They are told."
    return f"{told}{others}{over}"


def _saying(left: Sequence[StrayDevice], people: Mapping[str, str]) -> list[Block]:
    emails = list(dict.fromkeys(device.holder_email.lower() for device in left))[:MOST_BUTTONS]
    pressed = [
        button(f"Due back from {people.get(email, email)}", ids.leaves(place), email)
        for place, email in enumerate(emails)
    ]
    return [actions(*pressed, button("Somebody else leaves…", ids.SOMEBODY_LEAVES, "leaves"))]


def _left(device: StrayDevice, names: Mapping[str, str], people: Mapping[str, str]) -> str:
    return f"{_device(device, people)} · {escape(unit_name(names, device.unit))} · left {_since(device)}"


def _moved(device: StrayDevice, names: Mapping[str, str], people: Mapping[str, str]) -> str:
    there, here = unit_name(names, device.unit), unit_name(names, device.person_unit)
    return f"{_device(device, people)} · {escape(there)}, holder in {escape(here)} · moved {_since(device)}"


def _device(device: StrayDevice, people: Mapping[str, str]) -> str:
    label = escape(device.serial or device.asset_tag) or "no serial"
    model = escape(device.model) or kind_name(device.kind)
    return f"• `{label}` {model} · {escape(people.get(device.holder_email.lower(), device.holder_email))}"


def _since(device: StrayDevice) -> str:
    return f"{moment(device.since)} ({'today' if device.days == 0 else count_of(device.days, 'day') + ' ago'})"
