"""`budget`: a financial year's money."""

from __future__ import annotations

from datetime import date

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Budget
from bot.render import budget
from bot.render.message import Message
from services.access.viewer import Viewer
from services.budget import queries as budget_queries


def financial_year_of(day: date) -> str:
    """1 April to 31 March, written 2024/25."""
    begins = day.year if day >= date(day.year, 4, 1) else day.year - 1
    return f"{begins}/{(begins + 1) % 100:02d}"


async def answer(desk: Desk, viewer: Viewer, asked: Budget) -> Message:
    """Totals for managers up; the query leaves kinds empty without the role."""
    year = asked.financial_year or financial_year_of(desk.today)
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "budget", year)
        view = await budget_queries.budget(connection, seen, year)
    return budget.render(view, sees_prices=viewer.sees_prices)
