"""What falls due, by month and kind, with what is overdue apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date

from slack_sdk.models.blocks import Block

from bot import ids
from bot.grammar import Due, Queue
from bot.render.message import Message, actions, button, escape, header, listed, message, section, table
from bot.render.queue import queue_line
from bot.render.spreadsheet import Cell, Head, Sheet
from bot.render.wording import count_of, kind_name, month, number
from services.refresh.queries import DueView

OVERDUE = "Overdue"


def title(asked: Due, unit: str | None) -> str:
    """What is shown."""
    what = f"Falling due, {asked.kind.value}s" if asked.kind else "Falling due"
    return f"{what}, {unit}" if unit else what


def render(asked: Due, view: DueView, names: Mapping[str, str], unit: str | None) -> Message:
    """The answer to `due`."""
    coming = sum(each.devices for each in view.by_month)
    where = f" in {unit}" if unit else ""
    thing = asked.kind.value if asked.kind else "device"
    summary = f"{count_of(view.overdue, thing)} overdue, {number(coming)} more due in"
    summary = f"{summary} {count_of(asked.months, 'month')}{where}"
    blocks: list[Block] = [header(title(asked, None)), section(f"*{escape(summary)}*")]
    grid = _grid(view)
    if grid:
        kinds = sorted({kind for _, row in grid for kind in row})
        rows = [[when, *(number(row.get(kind, 0)) for kind in kinds)] for when, row in grid]
        heads = ["Month", *(kind.capitalize() for kind in kinds)]
        if len(kinds) > 1:
            heads.append("All")
            rows = [[*shown, number(sum(row.values()))] for shown, (_, row) in zip(rows, grid, strict=True)]
        blocks += table(heads, rows, numbers_from=1)
    if view.first:
        blocks += [section("*First in the queue*"), listed([queue_line(line, names) for line in view.first])]
    line, whole = asked.line(), Queue(kind=asked.kind, unit=asked.unit).line()
    blocks.append(
        actions(
            button("Whole queue", ids.ask("queue"), whole),
            button("Chart", ids.DUE_CHART, line),
            button("CSV", ids.DUE_CSV, line),
            button("XLSX", ids.DUE_XLSX, line),
        )
    )
    return message(summary, blocks)


def columns(view: DueView) -> list[tuple[str, Mapping[str, int]]]:
    """For a chart: overdue first, then month by month."""
    return [*_grid(view)]


def sheet(asked: Due, view: DueView) -> Sheet:
    """For a spreadsheet: one row a month and kind."""
    rows: list[list[Cell]] = [
        [when, kind.capitalize(), devices] for when, row in _grid(view) for kind, devices in sorted(row.items())
    ]
    return Sheet("Falling due", [Head("Month"), Head("Kind"), Head("Devices", "number")], rows)


def _grid(view: DueView) -> list[tuple[str, Mapping[str, int]]]:
    months: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for each in view.by_month:
        months[each.month][kind_name(each.kind)] += each.devices
    overdue = {kind_name(kind): devices for kind, devices in view.overdue_by_kind.items()}
    return [*([(OVERDUE, overdue)] if overdue else []), *((month(when), row) for when, row in sorted(months.items()))]
