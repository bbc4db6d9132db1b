"""`idle`: devices in use that have not checked in for weeks: how many, which, and a button that asks for them back."""

from __future__ import annotations

import asyncio

from bot.answers.entitlement import entitled, find_unit
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Idle
from bot.notices import names_of
from bot.render import idle
from bot.render.message import Message
from bot.render.spreadsheet import Sheet, as_csv, workbook
from services.access.viewer import Viewer
from services.register import queries as register_queries
from services.requests import queries as requests_queries

MOST_IN_A_FILE = 50_000


async def answer(desk: Desk, viewer: Viewer, asked: Idle) -> Message:
    """Counts a step, and a page of the list."""
    now = desk.clock.now()
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "idle", asked.unit or "own units", unit=asked.unit)
        counts = await register_queries.idle_counts(connection, seen, now, idle.STEPS)
        found = await register_queries.idle_devices(connection, seen, now, asked.days, idle.PAGE + 1, after=asked.after)
        listed = [each.device_id for each in found]
        before = await requests_queries.asked_before(connection, listed)
        gone = await register_queries.reported_gone(connection, listed)
    return idle.render(
        asked, _title(desk, asked), counts, found, before, gone, viewer, now, desk.unit_names, names_of(desk)
    )


async def csv_file(desk: Desk, viewer: Viewer, asked: Idle) -> File:
    """Every device."""
    title, sheet = await _sheet(desk, viewer, asked)
    return File("idle.csv", title, await asyncio.to_thread(as_csv, sheet), f"CSV: {title}")


async def xlsx_file(desk: Desk, viewer: Viewer, asked: Idle) -> File:
    """The same as a workbook."""
    title, sheet = await _sheet(desk, viewer, asked)
    content = await asyncio.to_thread(workbook, [sheet], marking=None)
    return File("idle.xlsx", title, content, f"Workbook: {title}")


async def _sheet(desk: Desk, viewer: Viewer, asked: Idle) -> tuple[str, Sheet]:
    now = desk.clock.now()
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "idle", asked.unit or "own units", unit=asked.unit)
        found = await register_queries.idle_devices(connection, seen, now, asked.days, MOST_IN_A_FILE)
        listed = [each.device_id for each in found]
        before = await requests_queries.asked_before(connection, listed)
        gone = await register_queries.reported_gone(connection, listed)
    sheet = await asyncio.to_thread(idle.sheet, found, before, gone, now, desk.unit_names, names_of(desk))
    return _title(desk, asked), sheet


def _title(desk: Desk, asked: Idle) -> str:
    where = f": {find_unit(desk, asked.unit).name}" if asked.unit else ""
    return f"Idle for {asked.days} days or longer{where}"
