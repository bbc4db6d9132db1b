"""`wave` and `waves`: a wave as the viewer may see it, its chart and files; and proposing one."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from bot import outgoing
from bot.answers.entitlement import entitled
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Propose, Wave, Waves
from bot.notices import names_of
from bot.render import sheets, wave
from bot.render.chart import bar_chart
from bot.render.message import Message
from bot.render.spreadsheet import COMMERCIAL, as_csv, workbook
from bot.render.wording import day, money
from bot.wave_notices import of_wave
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.errors import NotFound
from services.refresh import wave_queries
from services.refresh.wave_queries import WaveStatus, WaveView

LOOKS = frozenset({Role.PLANNER, Role.FINANCE, Role.DIRECTOR, Role.AUDITOR})
WHOSE = "planners and directors; finance and auditors may look"
MOST_WAVES = 20
REPLACED = 3
"""So many of the last waves a new proposal may put out of use: their messages lose their buttons."""


async def answer(desk: Desk, viewer: Viewer, asked: Wave) -> Message:
    """The present wave, or the one that is named."""
    async with desk.pool.acquire() as connection:
        view = await read(desk, connection, viewer, asked.reference)
    if view is not None:
        return wave.render(view, viewer, desk.unit_names, names_of(desk))
    if asked.reference is None:
        return wave.render_none(viewer)
    raise NotFound(f"There is no wave {asked.reference}. `/kit waves` lists them.")


async def answer_list(desk: Desk, viewer: Viewer, _asked: Waves) -> Message:
    """The last waves."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "waves", "all", roles=LOOKS, whose=WHOSE)
        found = await wave_queries.waves(connection, viewer, MOST_WAVES)
    return wave.render_list(found, names_of(desk))


async def propose(desk: Desk, viewer: Viewer, asked: Propose, key: str) -> Message:
    """Plan anew, which takes seconds for a large queue, and tell the directors. The command checks and audits."""
    view = await desk.waves.propose(viewer, most_pence=asked.most_pence, kinds=asked.kinds, idempotency_key=key)
    async with desk.pool.acquire() as connection:
        told = await of_wave(desk, connection, view.wave)
        for newer, older in pairwise(await wave_queries.waves(connection, viewer, REPLACED)):
            if older.status is WaveStatus.SUPERSEDED:
                told += await of_wave(desk, connection, older.wave, replaced_by=newer.proposed_by)
        await outgoing.put(connection, told)
    if viewer.has(Role.DIRECTOR):  # who gets the whole of it among `told`, and not twice
        return wave.render_proposed(view)
    return wave.render(view, viewer, desk.unit_names, names_of(desk))


async def read(desk: Desk, connection: Connection, viewer: Viewer, reference: str | None) -> WaveView | None:
    """A wave for somebody who asks, audited."""
    await entitled(desk, connection, viewer, "wave", reference or "the present one", roles=LOOKS, whose=WHOSE)
    return await wave_queries.wave(connection, viewer, reference, desk.today)


async def chart_file(desk: Desk, viewer: Viewer, reference: str) -> File:
    """Cost by kind for those with the role, else how many of each kind."""
    async with desk.pool.acquire() as connection:
        view = await _known(desk, connection, viewer, reference)
    bars, what = wave.bars(view, priced=viewer.sees_prices)
    title = _marked(f"Wave {view.wave}: {what}", viewer)
    shown_as = money if viewer.sees_prices else "{:,}".format
    content = await asyncio.to_thread(
        bar_chart, f"Wave {view.wave}: {what}", bars, _marked(day(desk.today), viewer), shown_as=shown_as
    )
    return File(f"{view.wave}.png", title, content, f"Bar chart: {title}")


async def csv_file(desk: Desk, viewer: Viewer, reference: str) -> File:
    """Every entry, in queue order."""
    async with desk.pool.acquire() as connection:
        view = await _known(desk, connection, viewer, reference)
        entries = await wave_queries.wave_entries(connection, viewer, view.wave_id)
    content = await asyncio.to_thread(as_csv, sheets.of_entries(entries, desk.unit_names))
    return File(f"{view.wave}.csv", f"Wave {view.wave}", content, f"CSV: entries of wave {view.wave}")


async def xlsx_file(desk: Desk, viewer: Viewer, reference: str) -> File:
    """Entries, kinds and units; with the role also the cost, and then marked as commercial."""
    priced = viewer.sees_prices
    async with desk.pool.acquire() as connection:
        view = await _known(desk, connection, viewer, reference)
        entries = await wave_queries.wave_entries(connection, viewer, view.wave_id)
    pages = [
        sheets.of_entries(entries, desk.unit_names),
        sheets.of_kinds(view, priced=priced),
        sheets.of_units(view, desk.unit_names),
    ]
    content = await asyncio.to_thread(workbook, pages, marking=COMMERCIAL if priced else None)
    title = _marked(f"Wave {view.wave}", viewer)
    return File(f"{view.wave}.xlsx", title, content, f"Workbook: {title}")


def _marked(title: str, viewer: Viewer) -> str:
    """With the role a file holds sums by kind, and its title says so."""
    return f"{title}, {COMMERCIAL}" if viewer.sees_prices else title


async def _known(desk: Desk, connection: Connection, viewer: Viewer, reference: str) -> WaveView:
    view = await read(desk, connection, viewer, reference)
    if view is None:
        raise NotFound(f"There is no wave {reference}. `/kit waves` lists them.")
    return view
