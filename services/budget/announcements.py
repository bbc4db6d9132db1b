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
from schemas.events.wave import (
    Decided,
    OrderEvent,
    OrderRaised,
    RaisedOrder,
    WaveCommitted,
    WaveOrder,
    WaveRefused,
    WaveRelease,
)
from schemas.vocabulary import Kind
from services.budget.reservation_store import Outcome
from services.budget.rules.standing import Standing
from services.budget.wave_store import WaveOutcome

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
            order_id=outcome.covered_by or wanted.order_id,
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


def announce_wave(outcome: WaveOutcome, standing: Standing, now: datetime) -> list[OrderEvent]:
    """The answer to a release; where it was committed, also each order that may be placed."""
    release = outcome.release
    decided = Decided(
        wave_id=release.wave_id,
        wave=release.wave,
        attempt=release.attempt,
        order_ids=outcome.order_ids,
        explanation=outcome.explanation,
    )
    name, subject = f"{release.wave_id}/{release.attempt}", str(release.wave_id)
    if not outcome.committed:
        return [WaveRefused(id=f"{name}/refused", source=SOURCE, time=now, subject=subject, data=decided)]
    return [
        WaveCommitted(id=f"{name}/committed", source=SOURCE, time=now, subject=subject, data=decided),
        *(
            OrderRaised(
                id=f"{order.order_id}/raised",
                source=SOURCE,
                time=now,
                subject=subject,
                data=_raised(order, release, standing),
            )
            for order in release.orders
            if not outcome.again
        ),
    ]


def _raised(order: WaveOrder, release: WaveRelease, standing: Standing) -> RaisedOrder:
    placed = standing.order(order.order_id)
    case = standing.case(placed, needs_delegation=True)
    return RaisedOrder(
        order_id=order.order_id,
        wave_id=release.wave_id,
        wave=release.wave,
        financial_year=release.financial_year,
        line=order.line,
        kind=order.kind,
        quantity=order.quantity,
        net_pence=order.net_pence * order.quantity,
        vat_pence=order.vat_pence * order.quantity,
        supplier=placed.supplier,
        contract_id=placed.contract_id,
        procurement_route=case.procurement_route,
        approval_reference=case.approval_reference,
    )
