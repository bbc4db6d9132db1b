"""`budget`: a financial year's money."""

from __future__ import annotations

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Budget
from bot.render import budget
from bot.render.message import Message
from services.access.viewer import Viewer
from services.budget import queries as budget_queries
from services.budget.queries import financial_year


async def answer(desk: Desk, viewer: Viewer, asked: Budget) -> Message:
    """Totals for managers up; the query leaves kinds empty without the role."""
    year = asked.financial_year or financial_year(desk.today)
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "budget", year)
        view = await budget_queries.budget(connection, seen, year)
    return budget.render(view, sees_prices=viewer.sees_prices)
