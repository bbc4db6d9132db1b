"""Contracts, the limits that gates keep, delegations, and orders of finance's that no gate held back.

Suppliers, contracts and their sums are OFFICIAL-SENSITIVE [COMMERCIAL]: finance, directors and auditors.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.access.viewer import Viewer
from services.budget.rules.gates import GateRules as GateRules
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import NotAllowed

SQL = load_statements(__file__, "contract_queries.sql")


class ContractView(msgspec.Struct, frozen=True, kw_only=True):
    """A contract, and what was called off it, pence, VAT included. `assumed` names the fields that nobody published."""

    contract_id: str
    supplier: str
    kinds: Sequence[Kind]
    ceiling_pence: int
    called_pence: int
    starts_on: date
    ends_on: date
    procurement_route: str | None
    approval_reference: str | None
    assumed: Sequence[str]

    @property
    def left_pence(self) -> int:
        """What may still be called; below nought where finance went over."""
        return self.ceiling_pence - self.called_pence


class DelegationView(msgspec.Struct, frozen=True, kw_only=True):
    """Who may release orders on which lines, for how much in the year, and what they released; pence, VAT included."""

    delegation_id: str
    financial_year: str
    lines: Sequence[FundingLine]
    total_pence: int
    released_pence: int
    source: str
    emails: Sequence[str]


class UngatedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that finance placed, and that lacks what its worth asks for: recorded, since it is a fact."""

    order_id: str
    supplier: str | None
    placed_on: date | None
    gross_pence: int
    lacks_route: bool
    lacks_approval: bool


async def contracts(connection: Connection, viewer: Viewer) -> list[ContractView]:
    """The contract register. Raises NotAllowed without the role."""
    _check(viewer)
    return [msgspec.convert(dict(row), ContractView) for row in await connection.fetch(SQL["contracts"])]


async def delegations(connection: Connection, viewer: Viewer) -> list[DelegationView]:
    """Who may release what. Raises NotAllowed without the role."""
    _check(viewer)
    return [msgspec.convert(dict(row), DelegationView) for row in await connection.fetch(SQL["delegations"])]


async def ungated_orders(connection: Connection, viewer: Viewer) -> list[UngatedOrder]:
    """Orders worth more than a threshold that carry no route or no approval, the dearest first. Raises NotAllowed."""
    _check(viewer)
    return [msgspec.convert(dict(row), UngatedOrder) for row in await connection.fetch(SQL["ungated_orders"])]


async def gate_limits(connection: Connection) -> GateRules:
    """The thresholds, which are published, and the window within which orders to one supplier are summed."""
    row = await connection.fetchrow(SQL["gate_limits"])
    assert row is not None, "the migration writes this row"
    return msgspec.convert(dict(row), GateRules)


def _check(viewer: Viewer) -> None:
    if not viewer.sees_prices:
        raise NotAllowed("Suppliers and contracts are for finance, directors and auditors; ask one of them.")
