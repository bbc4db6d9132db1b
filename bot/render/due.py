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

_RULES: Mapping[str, str] = {
    "end-of-policy-life": "end of policy life",
    "end-of-model-support": "end of the maker's support",
    "end-of-system-support": "end of its system's support",
    "repeated-failure": "fails again and again",
    "kind-withdrawn": "its kind is withdrawn",
    "out-of-warranty": "out of warranty",
    "battery-worn": "its battery is worn",
}


def queue_line(line: QueueLine, names: Mapping[str, str]) -> str:
    """One place in the queue."""
    ordered = (
        f" · ordered ({escape(line.request_reference)})" if line.status == "ordered" and line.request_reference else ""
    )
    if line.status == "ordered" and not ordered:
        ordered = " · ordered"
    waiting = f" · {escape(line.waiting_for)}" if line.waiting_for else ""
    return (
        f"*{line.place}.* `{escape(line.serial) or 'no serial'}` {escape(line.model) or kind_name(line.kind)}"
        f" · {escape(unit_name(names, line.unit))} · due {day(line.due_on)} · {escape(_why(line))}"
        f" · score {line.score}{ordered}{waiting}"
    )


def _why(line: QueueLine) -> str:
    if line.rule.startswith("request-"):
        reason = line.rule.removeprefix("request-").replace("-", " ")
        return f"request {line.request_reference}: {reason}" if line.request_reference else reason
    return _RULES.get(line.rule, line.rule.replace("-", " "))


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
    blocks.append(
        note(f"Policy version {escape(versions)}. Places count the whole organisation; `/kit why SERIAL` explains one.")
    )
    return message(f"Refresh queue: the first {count_of(len(lines), 'device')}", blocks)
