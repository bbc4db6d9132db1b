"""The open book of one batch: orders, lines and shared limits, in memory while the pure rules post into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from schemas.events.finance import DocumentType, FinanceDocument
from schemas.events.wave import WaveOrder
from schemas.vocabulary import FundingLine, Kind
from services.budget.reservation_store import Outcome, Priced, Wanted
from services.budget.rules import gates
from services.budget.rules.caps import beyond_cap, no_volume
from services.budget.rules.entries import Amount, Entry, EntryType, Part
from services.budget.rules.gates import Gate, judge, needs_commercial
from services.budget.rules.limits import LineSums, beyond_line, fits, no_money, no_price
from services.budget.rules.matching import Order, add, released
from services.budget.rules.posting import difference, post, reserve
from services.budget.rules.standing import Placed, Standing
from services.budget.rules.wave_orders import order_entries
from services.budget.store import Fund


class Book:
    """Takes documents, reservations and waves one after another; `entries` is what is to be appended.

    `placed` are the orders of ours that were committed, under what they were.
    """

    def __init__(self, orders: dict[str, Order], lines: dict[Fund, LineSums], standing: Standing) -> None:
        self.orders = orders
        self.lines = lines
        self.standing = standing
        self.entries: list[Entry] = []
        self.placed: dict[str, Placed] = {}

    def record(self, document: FinanceDocument) -> None:
        """Post a document of finance's, over the approved sum or not: it is a fact."""
        order = self.orders[document.order_id] if document.order_id else Order()
        self.take(post(document, order))
        if document.document_type is DocumentType.PURCHASE_ORDER and document.order_id and document.supplier:
            known = self.standing.order(document.order_id)
            if known.supplier is None:
                self.standing.place(self._of_finance(known, document, document.supplier))

    def commit(self, wanted: Wanted, year: str, prices: Mapping[Kind, Priced]) -> Outcome:
        """Set money aside for a request in `year`, or say why not."""
        part = Part(year, wanted.line.value, wanted.kind.value, wanted.unit, wanted.demand)
        price = prices.get(wanted.kind)
        refused = Outcome(wanted=wanted, part=part, amount=Amount(), committed=False)
        if price is None:
            return msgspec.structs.replace(refused, explanation=no_price(wanted.kind))
        entry = Entry(
            document_id=f"request/{wanted.request_reference}",
            entry_type=EntryType.COMMITTED,
            part=part._replace(kind=price.kind.value),
            amount=price.amount(wanted.quantity),
            document_date=self.standing.today,
            order_id=wanted.order_id,
            request_id=wanted.request_id,
        )
        draft = self.draft()
        draft.promise([entry], self.placing(wanted.order_id, price.supplier, price.kind))
        failed = [gate for gate in draft.gates_of(wanted.order_id, self, released=False) if not gate.passed]
        if failed:
            return msgspec.structs.replace(refused, explanation=self._words(failed, entry.part))
        self.adopt(draft)
        return Outcome(wanted=wanted, part=entry.part, amount=entry.amount, committed=True)

    def give_back(self, order_id: str, document_id: str) -> None:
        """Release what is reserved in an order of ours. Where finance's purchase order took its place, nothing is left.

        From here on the order's sums are without the reservation, so what the ledger released of it is all of it.
        """
        before = self.orders[order_id]
        after = before.copy()
        after.reserved = {}
        due = released(after)
        for part, amount in before.reserved.items():
            add(due, part, amount)
        entries = [
            Entry(
                document_id=document_id,
                entry_type=EntryType.RELEASED,
                part=part,
                amount=amount,
                document_date=self.standing.today,
                share=str(part),
                order_id=order_id,
            )
            for part, amount in difference(released(before), due)
        ]
        self.orders[order_id] = after
        self.take(entries)

    def plan(
        self, orders: Sequence[WaveOrder], year: str, released_by: str | None, prices: Mapping[Kind, Priced]
    ) -> Book:
        """The book as it would be with all orders of a wave committed in `year`. Nothing is judged yet."""
        draft = self.draft()
        for order in orders:
            supplier = prices[order.kind].supplier if order.kind in prices else None
            placed = msgspec.structs.replace(
                draft.placing(order.order_id, supplier, order.kind),
                procurement_route=order.procurement_route,
                approval_reference=order.approval_reference,
                released_by=released_by,
            )
            delegation = self.standing.delegation(released_by, year, order.line)
            if delegation is not None:
                placed = msgspec.structs.replace(placed, delegation_id=delegation.delegation_id)
            draft.promise(order_entries(order, year, self.standing.today), placed)
        return draft

    def gates_of(self, order_id: str, before: Book, *, released: bool) -> list[Gate]:
        """Every gate that an order of this draft meets; `released`: by a person, whose delegation counts.

        An order that promises nothing more than `before`, since finance's documents came first, meets none.
        """
        order = self.standing.order(order_id)
        if order.gross_pence <= before.standing.order(order_id).gross_pence:
            return []
        return [
            *self._limits(order_id, before),
            *judge(self.standing.case(order, needs_delegation=released), self.standing.rules),
        ]

    def placing(self, order_id: str, supplier: str | None, kind: Kind) -> Placed:
        """The order, placed today with this supplier under the contract that there is for it."""
        contract = self.standing.contract(supplier, kind) if supplier else None
        return msgspec.structs.replace(
            self.standing.order(order_id),
            supplier=supplier,
            contract_id=contract.contract_id if contract else None,
            placed_on=self.standing.today,
            ours=True,
        )

    def promise(self, own: list[Entry], placed: Placed) -> None:
        """Post reservations of one order, judged or not."""
        self.standing.place(placed)
        self.placed[placed.order_id] = placed
        if own:
            order = self.orders.get(placed.order_id, Order()).copy()
            self.take(reserve(own, order))
            self.orders[placed.order_id] = order

    def take(self, entries: Sequence[Entry]) -> None:
        """Append entries, and move every sum by them."""
        for entry in entries:
            self.lines[entry.part.fund] = self.lines.get(entry.part.fund, LineSums()).after([entry])
        self.standing.take(entries)
        self.entries += entries

    def draft(self) -> Book:
        """The same book, to be written in apart."""
        copy = Book(dict(self.orders), dict(self.lines), self.standing.copy())
        copy.entries, copy.placed = list(self.entries), dict(self.placed)
        return copy

    def adopt(self, draft: Book) -> None:
        """Go on from the draft."""
        self.orders, self.lines, self.standing = draft.orders, draft.lines, draft.standing
        self.entries, self.placed = draft.entries, draft.placed

    def is_blank(self, order_id: str) -> bool:
        """Whether nothing is posted to the order."""
        return self.orders.get(order_id, Order()) == Order()

    def line_of(self, kind: Kind, year: str) -> FundingLine:
        """Which line pays for a request: tablets are replaced from their own, if it has an approved sum in the year."""
        own = self.lines.get((year, FundingLine.TABLET_REPLACEMENT.value), LineSums())
        if kind is Kind.TABLET and own.approved_pence > 0:
            return FundingLine.TABLET_REPLACEMENT
        return FundingLine.REFRESH_AND_BAU

    def _limits(self, order_id: str, before: Book) -> list[Gate]:
        parts = {entry.part for entry in self.entries[len(before.entries) :] if entry.order_id == order_id}
        over = set(self.standing.beyond_caps(before.standing))
        found = []
        for year, line in sorted({part.fund for part in parts}):
            passed = fits(before.lines.get((year, line), LineSums()), self.lines[year, line])
            words = "The line's money covers it." if passed else beyond_line(year, line)
            found.append(Gate(name=gates.LINE, passed=passed, explanation=words))
        for year, kind in sorted({(part.financial_year, part.kind) for part in parts}):
            words = beyond_cap(year, kind) if (year, kind) in over else "The year's number of devices covers it."
            found.append(Gate(name=gates.VOLUME_CAP, passed=(year, kind) not in over, explanation=words))
        return found

    def _words(self, failed: Sequence[Gate], part: Part) -> str:
        names = {gate.name for gate in failed}
        if gates.LINE in names:
            return no_money(*part.fund, approved=self.lines[part.fund].approved_pence > 0)
        if gates.VOLUME_CAP in names:
            return no_volume(part.financial_year, part.kind)
        return needs_commercial(failed)

    def _of_finance(self, known: Placed, document: FinanceDocument, supplier: str) -> Placed:
        contract = next(
            (
                each.contract_id
                for _, each in sorted(self.standing.contracts.items())
                if each.supplier == supplier and each.runs_on(document.document_date)
            ),
            None,
        )
        return msgspec.structs.replace(known, supplier=supplier, contract_id=contract, placed_on=document.document_date)
