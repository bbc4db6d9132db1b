"""People who hold more of a kind than they may, each with the devices and a button that asks for one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.grammar import Surplus
from bot.render import reclaim
from bot.render.message import Message, actions, button, escape, header, message, note, section
from bot.render.spreadsheet import Cell, Head, Sheet
from bot.render.wording import count_of, day, kind_name, number, unit_name
from schemas.vocabulary import Kind
from services.access.viewer import Viewer
from services.clock import london_date
from services.register.queries import SeenDevice
from services.requests.queries import AskedBefore

PAGE = 6
MOST_DEVICES = 5
"""Shown of one person and kind: Slack takes 50 blocks."""
_HOW = (
    "Counted by the register, in use or in repair, in the units you may see, against the request policy{assumed}. "
    "Who waits to hand an old device back holds two for a while. What was not seen for longest stands first."
)


class Over(NamedTuple):
    """Somebody holds more of a kind than they may; `rule` names the policy's entry that says so."""

    email: str
    name: str
    kind: Kind
    holds: int
    allowed: int
    rule: str


class Holding(NamedTuple):
    """The devices of it, each with its request and its loss, if it has one."""

    over: Over
    devices: Sequence[tuple[SeenDevice, AskedBefore | None, str | None]]


def render(
    asked: Surplus,
    title: str,
    over: Sequence[Over],
    page: Sequence[Holding],
    viewer: Viewer,
    names: Mapping[str, str],
    *,
    assumed: bool,
) -> Message:
    """A page of all that is `over`; `assumed` says that nobody published the policy's numbers."""
    how = note(_HOW.format(assumed=", whose numbers are assumed" if assumed else ""))
    if not over:
        told = "Nobody in what you may see holds more than policy allows."
        return message(told, [section(told), how])
    people, devices = len({each.email for each in over}), sum(each.holds - each.allowed for each in over)
    summary = (
        f"{number(people)} {'person holds' if people == 1 else 'people hold'} {count_of(devices, 'device')} too many"
    )
    blocks: list[Block] = [header(title), section(f"*{summary}*")]
    place = 0
    for holding in page:
        each = holding.over
        blocks.append(section(f"*{escape(each.name)}* · {_held(each)}"))
        for device, before, loss in holding.devices[:MOST_DEVICES]:
            place += 1
            pressed = reclaim.beside(viewer, place, device, before, loss)
            blocks.append(section(_row(device, reclaim.stands(before, loss), names), pressed))
        if len(holding.devices) > MOST_DEVICES:
            blocks.append(note(f"and {len(holding.devices) - MOST_DEVICES} more, in the files"))
    below: list[ButtonElement] = []
    if asked.after + PAGE < len(over):
        below.append(button("More", ids.ask("surplus"), Surplus(asked.unit, asked.after + PAGE).line()))
    whole = Surplus(asked.unit).line()
    below += [button("CSV", ids.SURPLUS_CSV, whole), button("XLSX", ids.SURPLUS_XLSX, whole)]
    return message(f"{title}: {summary}", [*blocks, actions(*below), how])


def sheet(holdings: Sequence[Holding], names: Mapping[str, str]) -> Sheet:
    """A row a device, under who holds it."""
    heads = [
        Head("Who"),
        Head("Address"),
        Head("Kind"),
        Head("Holds", "number"),
        Head("May hold", "number"),
        Head("Policy"),
        Head("Serial"),
        Head("Asset tag"),
        Head("Model"),
        Head("Unit"),
        Head("Last seen", "date"),
        Head("Stands"),
    ]
    rows: list[list[Cell]] = [
        [
            over.name,
            over.email,
            kind_name(over.kind).capitalize(),
            over.holds,
            over.allowed,
            over.rule,
            device.serial,
            device.asset_tag,
            device.model,
            unit_name(names, device.unit),
            london_date(device.last_seen_at) if device.last_seen_at else None,
            reclaim.stands(before, loss),
        ]
        for over, devices in holdings
        for device, before, loss in devices
    ]
    return Sheet("Surplus", heads, rows)


def _held(over: Over) -> str:
    may = f"may hold {over.allowed}" if over.allowed else "may hold none"
    return f"{count_of(over.holds, kind_name(over.kind))}, {may} ({escape(over.rule)})"


def _row(device: SeenDevice, stands: str, names: Mapping[str, str]) -> str:
    label = escape(device.serial or device.asset_tag) or "no serial"
    seen = f"last seen {day(london_date(device.last_seen_at))}" if device.last_seen_at else "never seen"
    parts = [
        f"`{label}` {escape(device.model) or kind_name(device.kind)}",
        escape(unit_name(names, device.unit)),
        "" if device.kind is Kind.MONITOR else seen,
        stands,
    ]
    return " · ".join(part for part in parts if part)
