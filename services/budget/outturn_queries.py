"""The forecast outturn of a year, by line and, with the role for prices, by kind, demand, unit and month."""

from __future__ import annotations

from datetime import date

from services.access.viewer import SEES_UNITS, Viewer
from services.budget.outturn_assumptions import load_outturn
from services.budget.outturn_facts import facts
from services.budget.outturn_views import OutturnView
from services.budget.reckoning import Reckoning
from services.budget.rules.financial_year import bounds
from services.database.pool import Connection

ASSUMED = load_outturn()


async def outturn(connection: Connection, viewer: Viewer, financial_year: str, today: date) -> OutturnView:
    """How the year will end, as `today` tells. Without entitlement the view is empty.

    Raises BadInput for what is no year.
    """
    bounds(financial_year)
    if not viewer.has(*SEES_UNITS):
        return OutturnView(financial_year=financial_year, as_of=today)
    known = await facts(connection, financial_year, today, ASSUMED)
    return Reckoning(known, financial_year, today).view(sees_prices=viewer.sees_prices)
