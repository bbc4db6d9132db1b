"""`contracts` and `acts`: what finance and directors look up; and who may open the forms of a director's acts."""

from __future__ import annotations

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Acts, Contracts, Override, RollOver, Virement
from bot.notices import names_of
from bot.render import acts
from bot.render import help as guidance
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access.viewer import SEES_PRICES, Viewer
from services.budget import queries as budget_queries
from services.budget.queries import RollView, financial_year

WHOSE = "finance, directors and auditors"
ROLLS, WHO_ROLLS = frozenset({Role.FINANCE, Role.DIRECTOR}), "finance and directors"


async def answer_contracts(desk: Desk, viewer: Viewer, _asked: Contracts) -> Message:
    """The contract register: commercial."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "contracts", "all", roles=SEES_PRICES, whose=WHOSE)
        found = await budget_queries.contracts(connection, viewer)
    return acts.render_contracts(found, desk.today)


async def answer_acts(desk: Desk, viewer: Viewer, asked: Acts) -> Message:
    """What was done to a year's limits, by whom and why."""
    year = asked.financial_year or financial_year(desk.today)
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "acts", year, roles=SEES_PRICES, whose=WHOSE)
        found = await budget_queries.acts(connection, viewer, year)
    return acts.render_acts(found, year, names_of(desk))


async def offer(desk: Desk, viewer: Viewer, asked: Override | Virement | RollOver) -> Message:
    """The button that opens the form, for who may open it. Raises NotAllowed for others. Audited."""
    match asked:
        case Override():
            await directs(desk, viewer, "override", financial_year(desk.today))
        case Virement():
            await directs(desk, viewer, "virement", financial_year(desk.today))
        case RollOver(year):
            async with desk.pool.acquire() as connection:
                await entitled(desk, connection, viewer, "rollover", year, roles=ROLLS, whose=WHO_ROLLS)
    return guidance.render_open_act(asked)


async def directs(desk: Desk, viewer: Viewer, act: str, year: str) -> None:
    """Raises NotAllowed for those who are no director. Audited."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, act, year, roles=frozenset({Role.DIRECTOR}), whose="directors")


async def rolling(desk: Desk, viewer: Viewer, year: str) -> list[RollView]:
    """What rolling over the year would move now, for those who may do it."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "rollover", year, roles=ROLLS, whose=WHO_ROLLS)
        return await budget_queries.rollover(connection, viewer, year)
