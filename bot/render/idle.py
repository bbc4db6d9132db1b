"""Devices that have not checked in for weeks: counts a step, and the longest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.grammar import Idle
from bot.render import reclaim
from bot.render.message import Message, actions, button, escape, header, message, note, section
from bot.render.spreadsheet import Cell, Head, Sheet
from bot.render.wording import count_of, day, kind_name, number, unit_name
from services.access.viewer import Viewer
from services.clock import london_date
from services.register.queries import IdleCounts, IdleDevice
from services.requests.queries import AskedBefore

STEPS = (30, 60, 90)
PAGE = 10


def render(
    asked: Idle,
    title: str,
    counts: IdleCounts,
    found: Sequence[IdleDevice],
    before: Mapping[UUID, AskedBefore],
    gone: Mapping[UUID, str],
    viewer: Viewer,
    now: datetime,
    names: Mapping[str, str],
    people: Mapping[str, str],
) -> Message:
    """A page of what is `found`, which may hold one device more."""
    steps = " · ".join(f"{days} days: *{number(count)}*" for days, count in zip(STEPS, counts.idle, strict=True))
    blocks: list[Block] = [header(title), section(f"Not checked in for {steps}, or longer")]
    if not found:
        told = "Nothing else has been" if asked.after else "Nothing has been"
        blocks.append(section(f"{told} idle for {count_of(asked.days, 'day')} in what you may see."))
    for place, device in enumerate(found[:PAGE], asked.after + 1):
        known = before.get(device.device_id)
        loss = gone.get(device.device_id)
        pressed = reclaim.beside(viewer, place, device, known, loss)
        row = f"{_row(place, device, now, names, people)}{_known(reclaim.stands(known, loss))}"
        blocks.append(section(row, pressed))
    pressed_below: list[ButtonElement] = []
    if len(found) > PAGE:
        later = Idle(asked.unit, asked.days, asked.after + PAGE)
        pressed_below.append(button("More", ids.ask("idle"), later.line()))
    for days in STEPS:
        if days != asked.days:
            other = Idle(asked.unit, days)
            pressed_below.append(button(f"{days} days", ids.ask(f"idle-{days}"), other.line()))
    if found:
        whole = Idle(asked.unit, asked.days).line()
        pressed_below += [button("CSV", ids.IDLE_CSV, whole), button("XLSX", ids.IDLE_XLSX, whole)]
    blocks += [actions(*pressed_below), note(_left_out(counts))]
    summary = ", ".join(f"{number(count)} for {days} days" for days, count in zip(STEPS, counts.idle, strict=True))
    return message(f"{title}. Not checked in: {summary}", blocks)


def sheet(
    found: Sequence[IdleDevice],
    before: Mapping[UUID, AskedBefore],
    gone: Mapping[UUID, str],
    now: datetime,
    names: Mapping[str, str],
    people: Mapping[str, str],
) -> Sheet:
    """A row a device, the longest idle first."""
    heads = [
        Head("Serial"),
        Head("Asset tag"),
        Head("Kind"),
        Head("Model"),
        Head("Unit"),
        Head("Who holds it"),
        Head("Last seen", "date"),
        Head("Days", "number"),
        Head("Stands"),
    ]
    rows: list[list[Cell]] = [
        [
            each.serial,
            each.asset_tag,
            kind_name(each.kind).capitalize(),
            each.model,
            unit_name(names, each.unit),
            _holder(each, people),
            london_date(each.last_seen_at),
            (now - each.last_seen_at).days,
            reclaim.stands(before.get(each.device_id), gone.get(each.device_id)),
        ]
        for each in found
    ]
    return Sheet("Idle devices", heads, rows)


def _row(place: int, device: IdleDevice, now: datetime, names: Mapping[str, str], people: Mapping[str, str]) -> str:
    label = escape(device.serial or device.asset_tag) or "no serial"
    ago = count_of((now - device.last_seen_at).days, "day")
    parts = [
        f"*{place}.* `{label}` {escape(device.model) or kind_name(device.kind)}",
        escape(_holder(device, people)),
        escape(unit_name(names, device.unit)),
        f"last seen {day(london_date(device.last_seen_at))}, {ago} ago",
    ]
    return " · ".join(parts)


def _known(stands: str) -> str:
    return f" · {stands}" if stands else ""


def _holder(device: IdleDevice, people: Mapping[str, str]) -> str:
    if device.holder_email is None:
        return "nobody on record"
    return people.get(device.holder_email.lower(), device.holder_email)


def _left_out(counts: IdleCounts) -> str:
    told = "Monitors never check in, so that nobody can tell; they are left out."
    if counts.never_seen:
        was = "was" if counts.never_seen == 1 else "were"
        told += f" So {'is' if counts.never_seen == 1 else 'are'} {count_of(counts.never_seen, 'other device')} in use"
        told += f" that {was} never seen by device management."
    return told
