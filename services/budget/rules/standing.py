"""Where orders stand among the limits that they share: volumes, suppliers' windows, contracts, delegations.

Held in memory for one batch or one question, and moved by each entry, so that every order of a batch is judged on what
those before it left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from schemas.vocabulary import Kind
from services.budget.rules.caps import within_cap
from services.budget.rules.entries import Entry, EntryType
from services.budget.rules.gates import Case, Contract, Delegation, GateRules, contract_for

_WORTH = {EntryType.COMMITTED: 1, EntryType.RELEASED: -1, EntryType.INVOICED: 1}
_ORDERED = {EntryType.COMMITTED: 1, EntryType.RELEASED: -1}


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the gates see it. `gross_pence`: what it still promises, and what was spent on it."""

    order_id: str
    gross_pence: int = 0
    supplier: str | None = None
    contract_id: str | None = None
    placed_on: date | None = None
    delegation_id: str | None = None
    procurement_route: str | None = None
    approval_reference: str | None = None
    released_by: str | None = None
    ours: bool = False


class Standing(msgspec.Struct, kw_only=True):
    """The shared limits and how far they are used; every sum includes the orders in `placed`."""

    today: date
    rules: GateRules
    contracts: Mapping[str, Contract] = {}
    delegations: Sequence[Delegation] = ()
    caps: Mapping[tuple[str, str], int] = {}
    """(financial year, kind) → devices, overrides added."""
    ordered: dict[tuple[str, str], int] = {}
    windows: dict[str, int] = {}
    """Supplier → pence of orders that lie within the window around today."""
    called: dict[str, int] = {}
    delegated: dict[str, int] = {}
    placed: dict[str, Placed] = {}

    def copy(self) -> Standing:
        """The same, to be moved apart."""
        return msgspec.structs.replace(
            self,
            ordered=dict(self.ordered),
            windows=dict(self.windows),
            called=dict(self.called),
            delegated=dict(self.delegated),
            placed=dict(self.placed),
        )

    def take(self, entries: Iterable[Entry]) -> None:
        """Move every sum by these entries."""
        for entry in entries:
            key = entry.part.financial_year, entry.part.kind
            self.ordered[key] = self.ordered.get(key, 0) + _ORDERED.get(entry.entry_type, 0) * entry.amount.quantity
            worth = _WORTH.get(entry.entry_type, 0) * entry.amount.gross_pence
            if worth and entry.order_id:
                order = self.order(entry.order_id)
                self.place(msgspec.structs.replace(order, gross_pence=order.gross_pence + worth))

    def order(self, order_id: str) -> Placed:
        """The order as it stands."""
        return self.placed.get(order_id) or Placed(order_id=order_id)

    def place(self, order: Placed) -> None:
        """Let the order stand as given, in place of how it stood."""
        before = self.order(order.order_id)
        for each, sign in ((before, -1), (order, 1)):
            if each.supplier and each.placed_on and self.rules.together(each.placed_on, self.today):
                _add(self.windows, each.supplier, sign * each.gross_pence)
            if each.contract_id:
                _add(self.called, each.contract_id, sign * each.gross_pence)
            if each.delegation_id:
                _add(self.delegated, each.delegation_id, sign * each.gross_pence)
        self.placed[order.order_id] = order

    def beyond_caps(self, before: Standing) -> list[tuple[str, str]]:
        """The years and kinds whose cap is exceeded here, and more than it was `before`."""
        return [
            key
            for key in sorted(self.ordered)
            if not within_cap(self.caps.get(key), before.ordered.get(key, 0), self.ordered[key])
        ]

    def contract(self, supplier: str, kind: Kind) -> Contract | None:
        """The contract that an order placed today would call off."""
        return contract_for(list(self.contracts.values()), supplier, kind, self.today)

    def delegation(self, email: str | None, year: str, line: str) -> Delegation | None:
        """A delegation for the line in the year that this person may use, the one with most left; None: anybody."""
        usable = [
            each
            for each in self.delegations
            if each.financial_year == year and line in each.lines and (email is None or email.lower() in each.emails)
        ]
        return max(
            usable,
            key=lambda each: (each.total_pence - self.delegated.get(each.delegation_id, 0), each.delegation_id),
            default=None,
        )

    def case(self, order: Placed, *, needs_delegation: bool) -> Case:
        """An order placed here already, before the gates: sums of others are without it."""
        contract = self.contracts.get(order.contract_id or "")
        delegation = next((each for each in self.delegations if each.delegation_id == order.delegation_id), None)
        return Case(
            gross_pence=order.gross_pence,
            placed_on=order.placed_on or self.today,
            supplier_pence=self.windows.get(order.supplier or "", 0) - order.gross_pence if order.supplier else 0,
            contract=contract,
            called_pence=self.called.get(order.contract_id or "", 0) - order.gross_pence,
            procurement_route=order.procurement_route or (contract.procurement_route if contract else None),
            approval_reference=order.approval_reference or (contract.approval_reference if contract else None),
            needs_delegation=needs_delegation,
            delegation=delegation,
            delegated_pence=self.delegated.get(order.delegation_id or "", 0) - order.gross_pence,
        )


def _add(sums: dict[str, int], key: str, pence: int) -> None:
    sums[key] = sums.get(key, 0) + pence
