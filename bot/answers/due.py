"""`due`: what falls due, by month and kind, as table, chart and files."""

from __future__ import annotations

import asyncio

from bot.answers.entitlement import entitled, find_unit
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Due
from bot.render import due
from bot.render.message import Message
from bot.render.spreadsheet import as_csv, workbook
from bot.render.stacked_chart import stacked_chart
from bot.render.wording import count_of, day
from services.access.viewer import Viewer
from services.refresh import queries as refresh_queries
from services.refresh.queries import DueView


async def answer(desk: Desk, viewer: Viewer, asked: Due) -> Message:
    """Overdue and coming, by month and kind."""
    view, unit = await _read(desk, viewer, asked)
    return due.render(asked, view, desk.unit_names, unit)


async def chart_file(desk: Desk, viewer: Viewer, asked: Due) -> File:
    """Columns stacked by kind, overdue apart; drawn in a thread."""
    view, unit = await _read(desk, viewer, asked)
    title, columns = due.title(asked, unit), due.columns(view)
    note = f"Devices due in {count_of(asked.months, 'month')} from {day(desk.today)}"
    apart = int(bool(view.overdue_by_kind))
    content = await asyncio.to_thread(stacked_chart, title, columns, note, apart=apart)
    return File("due.png", title, content, f"Column chart: {title}, by month and kind")


async def csv_file(desk: Desk, viewer: Viewer, asked: Due) -> File:
    """Every month and kind."""
    view, unit = await _read(desk, viewer, asked)
    title = due.title(asked, unit)
    return File("due.csv", title, as_csv(due.sheet(asked, view)), f"CSV: {title}")


async def xlsx_file(desk: Desk, viewer: Viewer, asked: Due) -> File:
    """The same as a workbook."""
    view, unit = await _read(desk, viewer, asked)
    title = due.title(asked, unit)
    content = await asyncio.to_thread(workbook, [due.sheet(asked, view)], marking=None)
    return File("due.xlsx", title, content, f"Workbook: {title}")


async def _read(desk: Desk, viewer: Viewer, asked: Due) -> tuple[DueView, str | None]:
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "due", asked.unit or "own units", unit=asked.unit)
        view = await refresh_queries.due(connection, seen, desk.today, asked.months, asked.kind)
    return view, find_unit(desk, asked.unit).name if asked.unit else None
