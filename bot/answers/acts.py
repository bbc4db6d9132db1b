"""`contracts` and `acts`: what finance and directors look up; and who may open the forms of the budget's acts."""

from __future__ import annotations

from bot.answers.entitlement import entitled
from bot.desk import Desk
from bot.grammar import Acts, Contracts, Opens, Override, Reverse, RollOver, Virement
from bot.notices import names_of
from bot.render import acts, contracts
from bot.render import help as guidance
from bot.render.message import Message
from schemas.vocabulary import Role
from services.access.viewer import SEES_PRICES, Viewer
from services.budget import queries as budget_queries
from services.budget.queries import ReversalView, RollView, financial_year

WHOSE = "finance, directors and auditors"
KEEPS_BOOKS, WHO_KEEPS_BOOKS = frozenset({Role.FINANCE, Role.DIRECTOR}), "finance and directors"


async def answer_contracts(desk: Desk, viewer: Viewer, _asked: Contracts) -> Message:
    """The contract register, the gates, who may release what, and orders that no gate held back: commercial."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "contracts", "all", roles=SEES_PRICES, whose=WHOSE)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = contracts.Procurement(
                contracts=await budget_queries.contracts(connection, viewer),
                gates=await budget_queries.gate_limits(connection),
                delegations=await budget_queries.delegations(connection, viewer),
                ungated=await budget_queries.ungated_orders(connection, viewer),
            )
    return contracts.render(found, desk.today, names_of(desk))


async def answer_acts(desk: Desk, viewer: Viewer, asked: Acts) -> Message:
    """What was done to a year's limits, by whom and why."""
    year = asked.financial_year or financial_year(desk.today)
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "acts", year, roles=SEES_PRICES, whose=WHOSE)
        found = await budget_queries.acts(connection, viewer, year)
    return acts.render_acts(found, year, names_of(desk))


async def offer(desk: Desk, viewer: Viewer, asked: Opens) -> Message:
    """The button that opens the form, for who may open it. Raises NotAllowed for others. Audited."""
    match asked:
        case Override():
            await directs(desk, viewer, "override", financial_year(desk.today))
        case Virement():
            await directs(desk, viewer, "virement", financial_year(desk.today))
        case RollOver(year):
            async with desk.pool.acquire() as connection:
                await entitled(desk, connection, viewer, "rollover", year, roles=KEEPS_BOOKS, whose=WHO_KEEPS_BOOKS)
        case Reverse(term):
            async with desk.pool.acquire() as connection:
                await entitled(desk, connection, viewer, "reverse", term, roles=KEEPS_BOOKS, whose=WHO_KEEPS_BOOKS)
    return guidance.render_open_act(asked)


async def directs(desk: Desk, viewer: Viewer, act: str, year: str) -> None:
    """Raises NotAllowed for those who are no director. Audited."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, act, year, roles=frozenset({Role.DIRECTOR}), whose="directors")


async def rolling(desk: Desk, viewer: Viewer, year: str) -> list[RollView]:
    """What rolling over the year would move now, for those who may do it."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "rollover", year, roles=KEEPS_BOOKS, whose=WHO_KEEPS_BOOKS)
        return await budget_queries.rollover(connection, viewer, year)


async def reversing(desk: Desk, viewer: Viewer, term: str) -> ReversalView:
    """What a document posted, for those who may reverse it."""
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "reverse", term, roles=KEEPS_BOOKS, whose=WHO_KEEPS_BOOKS)
        return await budget_queries.reversal(connection, viewer, term)
