"""The open book of one batch: orders and lines held in memory while the pure rules post into them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from schemas.events.finance import FinanceDocument
from schemas.vocabulary import Kind
from services.budget.rules.entries import Entry, EntryType, Part
from services.budget.rules.limits import LineSums, fits, no_money, no_price
from services.budget.rules.matching import Order
from services.budget.rules.posting import post, reserve
from services.budget.store import Fund, Outcome, Priced, Wanted


class Book:
    """Takes documents and reservations one after another; `entries` is what is to be appended."""

    def __init__(self, orders: dict[str, Order], lines: dict[Fund, LineSums]) -> None:
        self._orders = orders
        self._lines = lines
        self.entries: list[Entry] = []

    def record(self, document: FinanceDocument) -> None:
        """Post a document of finance's, over the approved sum or not: it is a fact."""
        order = self._orders[document.order_id] if document.order_id else Order()
        self._take(post(document, order))

    def commit(self, wanted: Wanted, year: str, prices: Mapping[Kind, Priced], today: date) -> Outcome:
        """Set money aside for a request in `year`, or say why not."""
        part = Part(year, wanted.line.value, wanted.kind.value, wanted.unit, wanted.demand)
        price = prices.get(wanted.kind)
        amount = Priced(kind=wanted.kind, net_pence=0, vat_basis_points=0).amount(wanted.quantity)
        if price is None:
            explanation = no_price(wanted.kind)
            return Outcome(wanted=wanted, part=part, amount=amount, committed=False, explanation=explanation)
        bought = part._replace(kind=price.kind.value)
        entry = Entry(
            document_id=f"request/{wanted.request_reference}",
            entry_type=EntryType.COMMITTED,
            part=bought,
            amount=price.amount(wanted.quantity),
            document_date=today,
            order_id=wanted.order_id,
            request_id=wanted.request_id,
        )
        order = self._orders[wanted.order_id].copy()
        entries = reserve(entry, order)
        line = self._lines[part.fund]
        if not fits(line, line.after(each for each in entries if each.part.fund == part.fund)):
            explanation = no_money(*part.fund, approved=line.approved_pence > 0)
            return Outcome(wanted=wanted, part=part, amount=amount, committed=False, explanation=explanation)
        self._orders[wanted.order_id] = order
        self._take(entries)
        return Outcome(wanted=wanted, part=bought, amount=entry.amount, committed=True)

    def _take(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._lines[entry.part.fund] = self._lines[entry.part.fund].after([entry])
        self.entries += entries
