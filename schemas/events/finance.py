"""What finance's own system told us. Topic `finance-document`, keyed by order id, or by line for approvals."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from schemas.envelope import Event
from schemas.vocabulary import Demand, FundingLine, Kind


class DocumentType(StrEnum):
    """What a finance document does to the ledger."""

    APPROVAL = "approval"
    PURCHASE_ORDER = "purchase_order"
    RECEIPT = "receipt"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    CANCELLATION = "cancellation"


class FinanceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One document of finance's extract. Money is integer pence; the gross sum is net plus VAT."""

    document_id: str
    document_type: DocumentType
    financial_year: str
    line: FundingLine
    document_date: date
    net_pence: int
    vat_pence: int
    order_id: str | None = None
    kind: Kind | None = None
    model: str | None = None
    quantity: int | None = None
    supplier: str | None = None
    unit: str | None = None
    demand: Demand | None = None


class FinanceDocumentRecorded(Event, frozen=True, kw_only=True, tag="quartermaster.finance.document_recorded"):
    """Finance recorded a document."""

    data: FinanceDocument
