"""`queue`: the refresh queue in pages, counted, and whole in files."""

from __future__ import annotations

import asyncio

from bot.answers.entitlement import entitled, find_unit
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Queue
from bot.render import queue, sheets
from bot.render.message import Message
from bot.render.spreadsheet import Sheet, as_csv, workbook
from bot.render.stacked_chart import stacked_chart
from bot.render.wording import day
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.refresh import queries as refresh_queries


async def answer(desk: Desk, viewer: Viewer, asked: Queue) -> Message:
    """A page, and the whole counted."""
    async with desk.pool.acquire() as connection:
        seen = await _seen(desk, connection, viewer, asked)
        lines = await refresh_queries.queue(
            connection, seen, desk.today, queue.PAGE + 1, kind=asked.kind, after=asked.after
        )
        counts = await refresh_queries.queue_counts(connection, seen, asked.kind)
    return queue.render(asked, lines, counts, desk.unit_names, _unit(desk, asked))


async def chart_file(desk: Desk, viewer: Viewer, asked: Queue) -> File:
    """By kind, and by the quarter planned for or, before there is a plan, the month due."""
    async with desk.pool.acquire() as connection:
        seen = await _seen(desk, connection, viewer, asked)
        counts = await refresh_queries.queue_counts(connection, seen, asked.kind)
    title, note = queue.title(asked, _unit(desk, asked)), f"{queue.charted_by(counts)}, {day(desk.today)}"
    content = await asyncio.to_thread(stacked_chart, title, queue.columns(counts), note)
    return File("queue.png", title, content, f"Column chart: {title}")


async def csv_file(desk: Desk, viewer: Viewer, asked: Queue) -> File:
    """Every place."""
    title = queue.title(asked, _unit(desk, asked))
    content = await asyncio.to_thread(as_csv, await _sheet(desk, viewer, asked))
    return File("queue.csv", title, content, f"CSV: {title}")


async def xlsx_file(desk: Desk, viewer: Viewer, asked: Queue) -> File:
    """The same as a workbook."""
    title = queue.title(asked, _unit(desk, asked))
    content = await asyncio.to_thread(workbook, [await _sheet(desk, viewer, asked)], marking=None)
    return File("queue.xlsx", title, content, f"Workbook: {title}")


async def _sheet(desk: Desk, viewer: Viewer, asked: Queue) -> Sheet:
    async with desk.pool.acquire() as connection:
        seen = await _seen(desk, connection, viewer, asked)
        lines = await refresh_queries.queue(connection, seen, desk.today, None, kind=asked.kind)
    return await asyncio.to_thread(sheets.of_queue, lines, desk.unit_names)


async def _seen(desk: Desk, connection: Connection, viewer: Viewer, asked: Queue) -> Viewer:
    return await entitled(desk, connection, viewer, "queue", asked.unit or "own units", unit=asked.unit)


def _unit(desk: Desk, asked: Queue) -> str | None:
    return find_unit(desk, asked.unit).name if asked.unit else None
