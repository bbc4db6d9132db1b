"""One device and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.history import history_line
from bot.render.message import Message, actions, button, escape, header, listed, message, section
from bot.render.wording import age, day, kind_name, moment, money, state_name, unit_name
from services.register.queries import DeviceView, HistoryLine


def render(
    device: DeviceView, history: Sequence[HistoryLine], names: Mapping[str, str], *, may_ask_why: bool
) -> Message:
    """The answer to `find`."""
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
    if history:
        blocks += [section("*What happened*"), listed([history_line(line, names) for line in history])]
    if may_ask_why and device.serial:
        blocks.append(actions(button("Why in the queue?", ids.ask("why"), f"why {device.serial}")))
    where = unit_name(names, device.unit)
    return message(f"{name} {device.serial or ''}: {state_name(device.state)}, {where}", blocks)
