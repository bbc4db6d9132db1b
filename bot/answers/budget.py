"""`budget`: a financial year's money and how it will end, as text, chart and files. Every read is audited."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

from bot.answers.entitlement import FOR_MANAGERS_UP, MANAGER_UP, entitled
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Budget
from bot.render import budget, budget_sheets
from bot.render.budget_sheets import Books
from bot.render.budget_sides import render_side
from bot.render.message import Message
from bot.render.outturn_chart import outturn_chart
from bot.render.outturn_curve import curve
from bot.render.spreadsheet import COMMERCIAL, as_csv, workbook
from bot.render.wording import day
from services.access.viewer import SEES_PRICES, Viewer
from services.budget import queries as budget_queries
from services.budget.queries import OutturnView, PriorYear, financial_year

FOR_PRICES = "finance, directors and auditors"


@dataclasses.dataclass(frozen=True, slots=True)
class _Read:
    """What was read, as far as the viewer may see it."""

    view: OutturnView
    prior: Sequence[PriorYear]
    books: Books


async def answer(desk: Desk, viewer: Viewer, asked: Budget) -> Message:
    """Totals for managers up; kinds, units, demands and months with the role for prices."""
    read = await _read(desk, viewer, asked)
    if asked.by:
        return render_side(asked, read.view, desk.unit_names)
    return budget.render(asked, read.view, read.prior, sees_prices=viewer.sees_prices)


async def chart_file(desk: Desk, viewer: Viewer, asked: Budget) -> File:
    """The year's course and its outturn as PNG, drawn in a thread."""
    read = await _read(desk, viewer, asked, " chart")
    title = f"Budget {read.view.financial_year}: forecast outturn"
    note = f"Sums include VAT, {day(desk.today)}. The range holds about four outturns of five."
    content = await asyncio.to_thread(outturn_chart, title, curve(read.view, read.prior), note)
    return File("budget.png", title, content, f"Chart: {title}, with its range and earlier years")


async def csv_file(desk: Desk, viewer: Viewer, asked: Budget) -> File:
    """The lines, or the side that was asked for."""
    read = await _read(desk, viewer, asked, " CSV")
    sheet = (
        budget_sheets.of_side(read.view, asked.by, desk.unit_names) if asked.by else budget_sheets.of_lines(read.view)
    )
    title = f"Budget {read.view.financial_year}: {sheet.name.lower()}"
    # CSV has no header to carry a marking: its title does.
    marked = f"{title}, {COMMERCIAL}" if asked.by else title
    return File("budget.csv", marked, as_csv(sheet), f"CSV: {marked}")


async def xlsx_file(desk: Desk, viewer: Viewer, asked: Budget) -> File:
    """Everything that the viewer may see, with the role also the books; then it is marked as commercial."""
    read = await _read(desk, viewer, dataclasses.replace(asked, by=None), " XLSX", whole=True)
    priced = viewer.sees_prices
    pages = budget_sheets.sheets(read.view, read.prior, read.books, desk.unit_names, sees_prices=priced)
    content = await asyncio.to_thread(workbook, pages, marking=COMMERCIAL if priced else None)
    title = f"Budget {read.view.financial_year}"
    return File("budget.xlsx", f"{title}, {COMMERCIAL}" if priced else title, content, f"Workbook: {title}")


async def _read(desk: Desk, viewer: Viewer, asked: Budget, form: str = "", *, whole: bool = False) -> _Read:
    year = asked.financial_year or financial_year(desk.today)
    word = f"budget by {asked.by}" if asked.by else "budget"
    roles, whose = (SEES_PRICES, FOR_PRICES) if asked.by else (MANAGER_UP, FOR_MANAGERS_UP)
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, word, f"{year}{form}", roles=roles, whose=whose)
        # One moment for all of it: what is posted meanwhile must not part a line from its kinds.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            view = await budget_queries.outturn(connection, seen, year, desk.today)
            money = await budget_queries.budget(connection, seen, year)
            books = Books()
            if whole and viewer.sees_prices:
                most = budget_sheets.MOST_ENTRIES + 1
                books = Books(
                    orders=await budget_queries.orders(connection, seen, year),
                    accounts=await budget_queries.accounts(connection, seen, year),
                    entries=await budget_queries.ledger_entries(connection, seen, year, limit=most),
                )
    return _Read(view, money.prior, books)
