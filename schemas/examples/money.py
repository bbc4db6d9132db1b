"""Finance's document, and the ledger after it."""

from __future__ import annotations

from datetime import date

from schemas.envelope import Event
from schemas.events.budget import (
    Balance,
    Commitment,
    CommitmentRefusal,
    CommitmentRefused,
    LineBalanceChanged,
    OrderCommitted,
)
from schemas.events.finance import DocumentType, FinanceDocument, FinanceDocumentRecorded
from schemas.examples.things import AT, DEVICE, REQUEST
from schemas.vocabulary import Demand, FundingLine, Kind

MONEY_EXAMPLES: tuple[Event, ...] = (
    FinanceDocumentRecorded(
        id="PO-2024-00417",
        source="quartermaster/intake/finance",
        time=AT,
        subject="PO-2024-00417",
        data=FinanceDocument(
            document_id="PO-2024-00417",
            document_type=DocumentType.PURCHASE_ORDER,
            financial_year="2024/25",
            line=FundingLine.REFRESH_AND_BAU,
            document_date=date(2024, 11, 4),
            net_pence=7_800_000,
            vat_pence=1_560_000,
            order_id="PO-2024-00417",
            kind=Kind.LAPTOP,
            model="EliteBook 840 G9",
            quantity=100,
            supplier="Example Supplies Ltd",
            unit="end-user-services",
            demand=Demand.REFRESH,
        ),
    ),
    LineBalanceChanged(
        id="2024/25/refresh-and-bau/31",
        source="quartermaster/budget",
        time=AT,
        subject="2024/25/refresh-and-bau",
        data=Balance(
            financial_year="2024/25",
            line=FundingLine.REFRESH_AND_BAU,
            sequence=31,
            approved_pence=2_500_000_000,
            committed_pence=9_360_000,
            invoiced_pence=0,
        ),
    ),
    OrderCommitted(
        id=f"{REQUEST}/committed",
        source="quartermaster/budget",
        time=AT,
        subject="2024/25/refresh-and-bau",
        data=Commitment(
            request_id=REQUEST,
            request_reference="R-123",
            order_id="R-123",
            financial_year="2024/25",
            line=FundingLine.REFRESH_AND_BAU,
            kind=Kind.LAPTOP,
            quantity=1,
            device_id=DEVICE,
        ),
    ),
    CommitmentRefused(
        id=f"{REQUEST}/no-money",
        source="quartermaster/budget",
        time=AT,
        subject="2024/25/refresh-and-bau",
        data=CommitmentRefusal(
            request_id=REQUEST,
            request_reference="R-123",
            explanation="Nothing is left on this line for 2024/25.",
            device_id=DEVICE,
        ),
    ),
)
