"""What others may read of the budget. Every read takes the viewer, and SQL applies their role.

Managers and above see totals; finance, directors and auditors also what tells a price. Staff get a view with nothing in
it: whoever renders it says whom to ask.
"""

from __future__ import annotations

import msgspec

from schemas.vocabulary import FundingLine
from services.access.viewer import SEES_UNITS, Viewer
from services.budget.act_queries import ActView as ActView
from services.budget.act_queries import ReversalView as ReversalView
from services.budget.act_queries import RollView as RollView
from services.budget.act_queries import acts as acts
from services.budget.act_queries import reversal as reversal
from services.budget.act_queries import rollover as rollover
from services.budget.contract_queries import ContractView as ContractView
from services.budget.contract_queries import DelegationView as DelegationView
from services.budget.contract_queries import GateRules as GateRules
from services.budget.contract_queries import UngatedOrder as UngatedOrder
from services.budget.contract_queries import contracts as contracts
from services.budget.contract_queries import delegations as delegations
from services.budget.contract_queries import gate_limits as gate_limits
from services.budget.contract_queries import ungated_orders as ungated_orders
from services.budget.counter_queries import AccountView as AccountView
from services.budget.counter_queries import EntryView as EntryView
from services.budget.counter_queries import accounts as accounts
from services.budget.counter_queries import ledger_entries as ledger_entries
from services.budget.due_queries import DueCost as DueCost
from services.budget.due_queries import due_costs as due_costs
from services.budget.order_queries import OrderView as OrderView
from services.budget.order_queries import orders as orders
from services.budget.outturn_queries import outturn as outturn
from services.budget.outturn_views import LineOutturn as LineOutturn
from services.budget.outturn_views import MonthOutturn as MonthOutturn
from services.budget.outturn_views import OutturnView as OutturnView
from services.budget.outturn_views import PartOutturn as PartOutturn
from services.budget.outturn_views import VolumeOutturn as VolumeOutturn
from services.budget.planning_queries import Gate as Gate
from services.budget.planning_queries import OrderGates as OrderGates
from services.budget.planning_queries import Planning as Planning
from services.budget.planning_queries import PlanPrice as PlanPrice
from services.budget.planning_queries import gates as gates
from services.budget.planning_queries import planning as planning
from services.budget.rules.financial_year import bounds as bounds
from services.budget.rules.financial_year import financial_year as financial_year
from services.budget.rules.gates import APPROVAL_REFERENCE as APPROVAL_REFERENCE
from services.budget.rules.gates import PROCUREMENT_ROUTE as PROCUREMENT_ROUTE
from services.budget.rules.gates import SPLITTING as SPLITTING
from services.budget.rules.reversal import IRREVERSIBLE as IRREVERSIBLE
from services.budget.verification import verify_counters as verify_counters
from services.database.pool import Connection
from services.database.statements import load_statements

SQL = load_statements(__file__, "queries.sql")


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A funding line's sums in pence, VAT included. `left_pence` is below nought where finance went over.

    `override_pence`: by how much a director lets the line go over what is approved; no part of what is left.
    """

    line: FundingLine
    approved_pence: int
    committed_pence: int
    invoiced_pence: int
    left_pence: int
    receipted_pence: int = 0
    override_pence: int = 0


class PriorYear(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier year cost, or was forecast to cost."""

    financial_year: str
    spent_pence: int
    forecast: bool


class BudgetView(msgspec.Struct, frozen=True, kw_only=True):
    """A year's budget as far as the viewer may see it. Without entitlement all lists are empty."""

    financial_year: str
    lines: list[LineView]
    prior: list[PriorYear]


async def budget(connection: Connection, viewer: Viewer, financial_year: str) -> BudgetView:
    """The year's lines, and the years before the ledger. Raises BadInput for what is no year."""
    bounds(financial_year)
    totals = viewer.has(*SEES_UNITS)
    lines = await connection.fetch(SQL["lines"], financial_year, totals)
    prior = await connection.fetch(SQL["prior_years"], financial_year, totals)
    return BudgetView(
        financial_year=financial_year,
        lines=[msgspec.convert(dict(row), LineView) for row in lines],
        prior=[msgspec.convert(dict(row), PriorYear) for row in prior],
    )
