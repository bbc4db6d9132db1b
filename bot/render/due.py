"""What falls due, and the refresh queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section, table
from bot.render.wording import count_of, day, kind_name, month, number, unit_name
from services.refresh.queries import DueView, QueueLine


def queue_line(line: QueueLine, names: Mapping[str, str]) -> str:
    """One place in the queue."""
    ordered = (
        f" · ordered ({escape(line.request_reference)})" if line.status == "ordered" and line.request_reference else ""
    )
    if line.status == "ordered" and not ordered:
        ordered = " · ordered"
    return (
        f"*{line.place}.* `{escape(line.serial) or 'no serial'}` {escape(line.model) or kind_name(line.kind)}"
        f" · {escape(unit_name(names, line.unit))}\n    {escape(line.reason)} · due {day(line.due_on)}"
        f" · score {line.score}{ordered}"
    )


def render_due(view: DueView, months: int, unit: str | None, names: Mapping[str, str]) -> Message:
    """The answer to `due`."""
    coming = sum(each.devices for each in view.by_month)
    where = f" in {unit}" if unit else ""
    summary = (
        f"{count_of(view.overdue, 'device')} overdue, {number(coming)} more due in {count_of(months, 'month')}{where}"
    )
    blocks: list[Block] = [header("Falling due"), section(f"*{escape(summary)}*")]
    if view.by_month:
        kinds = sorted({kind_name(each.kind) for each in view.by_month})
        grid: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for each in view.by_month:
            grid[each.month][kind_name(each.kind)] += each.devices
        rows = [
            [month(when), *(number(row[kind]) for kind in kinds), number(sum(row.values()))]
            for when, row in sorted(grid.items())
        ]
        blocks += table(["Month", *(kind.capitalize() for kind in kinds), "All"], rows, numbers_from=1)
    if view.first:
        blocks += [section("*First in the queue*"), listed([queue_line(line, names) for line in view.first])]
    blocks.append(actions(button("Whole queue", ids.ask("queue"), "queue")))
    return message(summary, blocks)


def render_queue(lines: Sequence[QueueLine], names: Mapping[str, str]) -> Message:
    """The answer to `queue`."""
    if not lines:
        return message("The refresh queue is empty.", [section("The refresh queue is empty in what you may see.")])
    blocks: list[Block] = [header("Refresh queue"), listed([queue_line(line, names) for line in lines])]
    versions = ", ".join(sorted({line.policy_version for line in lines}))
    blocks.append(note(f"Policy version {escape(versions)}. `/kit why SERIAL` explains a place."))
    return message(f"Refresh queue: the first {count_of(len(lines), 'device')}", blocks)
