"""`counts`: how many devices, as table, chart and CSV."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.answers.entitlement import entitled, find_unit
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Counts
from bot.render import chart, counts
from bot.render.message import Message
from bot.render.wording import day
from services.access.viewer import Viewer
from services.register import queries as register_queries
from services.register.queries import CountRow


async def answer(desk: Desk, viewer: Viewer, asked: Counts) -> Message:
    """The table."""
    rows, unit = await _counted(desk, viewer, asked)
    return counts.render(asked, rows, desk.unit_names, unit)


async def chart_file(desk: Desk, viewer: Viewer, asked: Counts) -> File:
    """The chart as PNG, drawn in a thread."""
    rows, unit = await _counted(desk, viewer, asked)
    bars = [(" · ".join(counts.labels(asked, row, desk.unit_names)), row.devices) for row in rows]
    title = counts.title(asked, unit)
    content = await asyncio.to_thread(chart.bar_chart, title, bars, f"Devices held, {day(desk.today)}")
    return File("counts.png", title, content, f"Bar chart: {title}")


async def csv_file(desk: Desk, viewer: Viewer, asked: Counts) -> File:
    """Every row for a spreadsheet."""
    rows, unit = await _counted(desk, viewer, asked)
    title = counts.title(asked, unit)
    return File("counts.csv", title, counts.as_csv(asked, rows, desk.unit_names), f"CSV: {title}")


async def _counted(desk: Desk, viewer: Viewer, asked: Counts) -> tuple[Sequence[CountRow], str | None]:
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "counts", asked.unit or "own units", unit=asked.unit)
        rows = await register_queries.counts(connection, seen, desk.today, asked.by, asked.kind)
    return rows, find_unit(desk, asked.unit).name if asked.unit else None
