"""One device and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.render.history import Happened, happened_line
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import age, day, kind_name, moment, money, state_name, unit_name
from services.register.queries import DeviceView


def render(
    device: DeviceView,
    happened: Sequence[Happened],
    names: Mapping[str, str],
    *,
    may_ask_why: bool,
    earlier: str | None = None,
) -> Message:
    """The answer to `find`. `earlier` asks for what happened before these lines."""
    name = " ".join(part for part in (device.manufacturer, device.model) if part) or kind_name(device.kind)
    facts = {
        "Serial": device.serial,
        "Asset tag": device.asset_tag,
        "Kind": kind_name(device.kind),
        "State": state_name(device.state),
        "Unit": unit_name(names, device.unit),
        "Holder": device.holder_email,
        "System": " ".join(part for part in (device.os, device.os_version) if part),
        "Bought": f"{day(device.purchased_on)} ({age(device.age_months)} ago)" if device.purchased_on else None,
        "Warranty ends": day(device.warranty_ends_on) if device.warranty_ends_on else None,
        "Last seen": moment(device.last_seen_at) if device.last_seen_at else None,
        "Cost": money(device.cost_pence) if device.cost_pence is not None else None,
    }
    blocks: list[Block] = [
        header(name),
        listed([f"*{label}:* {escape(fact)}" for label, fact in facts.items() if fact]),
    ]
    if seen := _seen_after_it_left(device):
        blocks.append(note(seen))
    if happened:
        blocks += [section("*What happened*"), listed([happened_line(line) for line in happened])]
    buttons: list[ButtonElement] = []
    if earlier:
        buttons.append(button("Earlier", ids.ask("find"), earlier))
    if may_ask_why and device.serial:
        buttons.append(button("Why in the queue?", ids.ask("why"), f"why {device.serial}"))
    if buttons:
        blocks.append(actions(*buttons))
    where = unit_name(names, device.unit)
    return message(f"{name} {device.serial or ''}: {state_name(device.state)}, {where}", blocks)


def _seen_after_it_left(device: DeviceView) -> str | None:
    """A device that is somebody else's by now must not speak to our device management, nor become ours by that."""
    if device.left_at is None or device.last_seen_at is None or device.last_seen_at <= device.left_at:
        return None
    return (
        f":warning: It checked in after it was {state_name(device.state)} on {day(device.left_at)}. It stays so on "
        "record; take it out of device management, or see whether the right device left."
    )
