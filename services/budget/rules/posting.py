"""What each document writes into the ledger.

    approval        approved +sum (adjusted if negative: money taken from the line afterwards)
    purchase order  committed +sum
    receipt         receipted +sum, which changes nothing that may be spent
    invoice         invoiced +sum, released what it redeems of its order
    credit note     invoiced -sum
    cancellation    released, up to what the order still promises; nought pence cancels all of it
    reservation     committed +sum, for a request or a wave, until finance's purchase order takes its place

What finance already did is a fact and is recorded even where it goes over the approved sum: hiding it would help
nobody, and the alert tells. Only our own reservations are refused for want of money (`limits.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.events.finance import DocumentType, FinanceDocument
from services.budget.rules.entries import Amount, Entry, EntryType, Part
from services.budget.rules.financial_year import bounds
from services.budget.rules.matching import Order, Sums, add, released
from services.errors import BadInput

_NEEDS_ORDER = {DocumentType.PURCHASE_ORDER, DocumentType.RECEIPT, DocumentType.CANCELLATION}
_EITHER_SIGN = {DocumentType.APPROVAL, DocumentType.CREDIT_NOTE, DocumentType.CANCELLATION}
_OWN_ENTRY = {
    DocumentType.APPROVAL: EntryType.APPROVED,
    DocumentType.PURCHASE_ORDER: EntryType.COMMITTED,
    DocumentType.RECEIPT: EntryType.RECEIPTED,
    DocumentType.INVOICE: EntryType.INVOICED,
    DocumentType.CREDIT_NOTE: EntryType.INVOICED,
}


def check(document: FinanceDocument) -> None:
    """Raise BadInput naming the field if a document cannot be posted."""
    bounds(document.financial_year)
    if document.document_type in _NEEDS_ORDER and not document.order_id:
        raise BadInput("a document of this type must name its order", where=f"{document.document_id} order_id")
    net, vat = document.net_pence, document.vat_pence
    either_sign = document.document_type in _EITHER_SIGN
    if (net < 0 or vat < 0) and not (either_sign and net <= 0 and vat <= 0):
        raise BadInput("the sum is negative", where=f"{document.document_id} net_pence, vat_pence")
    if (document.quantity or 0) < 0 and not either_sign:
        raise BadInput("the number of devices is negative", where=f"{document.document_id} quantity")


def part_of(document: FinanceDocument) -> Part:
    """Where in the budget a document belongs."""
    return Part(
        document.financial_year,
        document.line.value,
        document.kind.value if document.kind else "",
        document.unit or "",
        document.demand.value if document.demand else "",
    )


def amount_of(document: FinanceDocument) -> Amount:
    """A document's sum with the sign that it has for us: finance systems write credits and cancellations either way."""
    amount = Amount(document.net_pence, document.vat_pence, document.quantity or 0)
    if document.document_type is DocumentType.CREDIT_NOTE:
        return Amount(*(-abs(each) for each in amount))
    if document.document_type is DocumentType.CANCELLATION:
        return Amount(*map(abs, amount))
    return amount


def post(document: FinanceDocument, order: Order) -> list[Entry]:
    """The entries of a checked document that comes to `order`, which then holds it. Nought-pence entries are left out.

    For documents without an order, pass an empty one.
    """
    before = released(order)
    take_up(order, document.document_type, part_of(document), amount_of(document))
    own = _OWN_ENTRY.get(document.document_type)
    if own is EntryType.APPROVED and amount_of(document).gross_pence < 0:
        own = EntryType.ADJUSTED
    entries = [] if own is None else [_entry(document, own, part_of(document), amount_of(document))]
    entries += [
        _entry(document, EntryType.RELEASED, part, amount, share=str(part))
        for part, amount in difference(before, released(order))
    ]
    return [entry for entry in entries if any(entry.amount)]


def reserve(own: Sequence[Entry], order: Order) -> list[Entry]:
    """The entries of reservations (committed entries of one document) that come to `order`, which then holds them."""
    before = released(order)
    for each in own:
        add(order.reserved, each.part, each.amount)
    return [*own, *releases(own[0], before, released(order))]


def releases(like: Entry, before: Sums, after: Sums) -> list[Entry]:
    """Entries in the name of the document of `like` for what it changes of an order's releases."""
    return [
        msgspec.structs.replace(like, entry_type=EntryType.RELEASED, part=part, amount=amount, share=str(part))
        for part, amount in difference(before, after)
    ]


def take_up(order: Order, document_type: DocumentType, part: Part, amount: Amount) -> None:
    """Add a document to the order's sums. Credit notes and approvals change nothing of it; receipts redeem nothing."""
    if document_type is DocumentType.PURCHASE_ORDER:
        add(order.ordered, part, amount)
    elif document_type is DocumentType.INVOICE:
        add(order.invoiced, part, amount)
    elif document_type is DocumentType.RECEIPT:
        add(order.received, part, amount)
    elif document_type is DocumentType.CANCELLATION:
        add(order.cancelled, part, amount)
        order.cancelled_whole |= amount.gross_pence == 0


def difference(before: Sums, after: Sums) -> list[tuple[Part, Amount]]:
    """What changed of each part, in the order of their names."""
    changes = (
        (part, after.get(part, Amount()).minus(before.get(part, Amount()))) for part in sorted({*before, *after})
    )
    return [(part, amount) for part, amount in changes if any(amount)]


def _entry(document: FinanceDocument, kind: EntryType, part: Part, amount: Amount, share: str = "") -> Entry:
    return Entry(
        document_id=document.document_id,
        entry_type=kind,
        part=part,
        amount=amount,
        document_date=document.document_date,
        share=share,
        order_id=document.order_id,
    )
