"""The ledger's events. Topic `budget`, keyed by financial year and funding line."""

from __future__ import annotations

from uuid import UUID

import msgspec

from schemas.envelope import Event
from schemas.vocabulary import FundingLine, Kind


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """A line's sums after a posting, in pence, VAT included. `sequence` grows with every posting on the line."""

    financial_year: str
    line: FundingLine
    sequence: int
    approved_pence: int
    committed_pence: int
    invoiced_pence: int
    override_pence: int = 0
    """By how much a director lets the line go over what is approved."""


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """Money was set aside for a request: an order may be placed."""

    request_id: UUID
    request_reference: str
    order_id: str
    financial_year: str
    line: FundingLine
    kind: Kind
    quantity: int
    device_id: UUID | None = None


class CommitmentRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """No money could be set aside for a request; `explanation` says why and what would help."""

    request_id: UUID
    request_reference: str
    explanation: str
    device_id: UUID | None = None


class LineBalanceChanged(Event, frozen=True, kw_only=True, tag="quartermaster.budget.line_balance_changed"):
    """A funding line's sums changed."""

    data: Balance


class OrderCommitted(Event, frozen=True, kw_only=True, tag="quartermaster.budget.order_committed"):
    """A request's order was committed."""

    data: Commitment


class CommitmentRefused(Event, frozen=True, kw_only=True, tag="quartermaster.budget.commitment_refused"):
    """A request's order could not be committed."""

    data: CommitmentRefusal


BudgetEvent = LineBalanceChanged | OrderCommitted | CommitmentRefused
