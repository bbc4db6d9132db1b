"""The events that follow from a posting. Their ids follow from what they tell, so that a repeat makes the same id."""

from __future__ import annotations

from datetime import datetime

from schemas.events.budget import (
    Balance,
    Commitment,
    CommitmentRefusal,
    CommitmentRefused,
    LineBalanceChanged,
    OrderCommitted,
)
from schemas.vocabulary import Kind
from services.budget.store import Outcome

SOURCE = "quartermaster/budget"


def announce_balance(balance: Balance, now: datetime) -> LineBalanceChanged:
    """A line's sums changed; its sequence tells newer from older."""
    subject = f"{balance.financial_year}/{balance.line}"
    return LineBalanceChanged(
        id=f"{subject}/{balance.sequence}", source=SOURCE, time=now, subject=subject, data=balance
    )


def announce_outcome(outcome: Outcome, now: datetime) -> OrderCommitted | CommitmentRefused:
    """Money was set aside for a request, or it waits."""
    wanted, part = outcome.wanted, outcome.part
    subject = "/".join(part.fund)
    if outcome.committed:
        commitment = Commitment(
            request_id=wanted.request_id,
            request_reference=wanted.request_reference,
            order_id=wanted.order_id,
            financial_year=part.financial_year,
            line=wanted.line,
            kind=Kind(part.kind),
            quantity=wanted.quantity,
            device_id=wanted.device_id,
        )
        return OrderCommitted(
            id=f"{wanted.request_id}/committed", source=SOURCE, time=now, subject=subject, data=commitment
        )
    refusal = CommitmentRefusal(
        request_id=wanted.request_id,
        request_reference=wanted.request_reference,
        explanation=outcome.explanation,
        device_id=wanted.device_id,
    )
    return CommitmentRefused(
        id=f"{wanted.request_id}/commitment-refused", source=SOURCE, time=now, subject=subject, data=refusal
    )
