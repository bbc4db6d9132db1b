"""The books once more, in plain Python: sums straight from the documents, slowly, and by none of the product's code.

Every order of the model lies on one line, for one kind, unit and demand, so that what an invoice redeems needs no more
than the years to be told apart. Pence, VAT included.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar

from schemas.events.finance import DocumentType as Type
from schemas.events.finance import FinanceDocument

YEAR, NEXT = "2024/25", "2025/26"
MAIN, TABLETS = "refresh-and-bau", "tablet-replacement"
GROSS = {"laptop": 102_000, "desktop": 74_400, "monitor": 18_600}
SUPPLIERS = {"laptop": "Assumed Laptops Ltd", "desktop": "Assumed Desktops Ltd", "monitor": "Assumed Monitors Ltd"}
ROUTE_FROM, APPROVAL_FROM, WINDOW = 160_000, 450_000, 60
CAPS = {(YEAR, "laptop"): 5, (YEAR, "desktop"): 12, (YEAR, "monitor"): 100, (NEXT, "laptop"): 4}
DELEGATED = {YEAR: 800_000, NEXT: 400_000}


@dataclasses.dataclass(frozen=True)
class Agreement:
    """A contract; `carries` says whether it has route and approval."""

    supplier: str
    ceiling: int
    starts_on: date
    ends_on: date
    carries: bool


CONTRACTS = {
    "L": Agreement(SUPPLIERS["laptop"], 900_000, date(2024, 4, 1), date(2025, 4, 30), True),
    "M": Agreement(SUPPLIERS["monitor"], 300_000, date(2024, 4, 1), date(2028, 3, 31), False),
}


@dataclasses.dataclass
class Own:
    """What we committed ourselves: a request's order, or a wave's."""

    year: str
    line: str
    kind: str
    quantity: int
    placed_on: date
    delegated: str | None = None
    route: bool = False
    approval: bool = False
    given_back: bool = False
    """Its request needs no money any more: nothing is promised, in whatever year."""


@dataclasses.dataclass
class Request:
    """A request that waits for money."""

    number: int
    line: str
    kind: str


class Model:
    """What arrived and what was done; every sum is worked out anew from that."""

    seen: ClassVar[Counter[frozenset[str]]] = Counter()
    """What orders were refused for, and how many were for nothing: so that a run can tell what it met."""

    def __init__(self) -> None:
        self.documents: dict[str, FinanceDocument] = {}
        self.gone: set[str] = set()
        self.own: dict[str, Own] = {}
        self.waiting: list[Request] = []
        self.rolls: list[tuple[str, str, str, int]] = []
        """Document, order, whether ours or finance's, pence."""
        self.moves: list[tuple[str, str, str, str, int]] = []
        """Document, year, from, to, pence."""
        self.line_overrides: Counter[tuple[str, str]] = Counter()
        self.cap_overrides: Counter[tuple[str, str]] = Counter()

    # What stands in the documents.

    def told(self, *types: Type, order_id: str | None = None) -> list[FinanceDocument]:
        return [
            each
            for each in self.documents.values()
            if each.document_id not in self.gone
            and each.document_type in types
            and (order_id is None or each.order_id == order_id)
        ]

    def order_ids(self) -> set[str]:
        return {each.order_id for each in self.documents.values() if each.order_id} | set(self.own)

    def promised(self, order_id: str) -> dict[str, int]:
        """By year: finance's promise if there is one, else ours."""
        orders = self.told(Type.PURCHASE_ORDER, order_id=order_id)
        pot: dict[str, int] = defaultdict(int)
        whose = "purchase_order" if orders else "reservation"
        if orders:
            for each in orders:
                pot[each.financial_year] += gross(each)
        elif order_id in self.own and not self.own[order_id].given_back:
            own = self.own[order_id]
            pot[own.year] += GROSS[own.kind] * own.quantity
        gone = order_id in self.own and self.own[order_id].given_back
        for document_id, of, promise, pence in self.rolls:
            if gone and promise == "reservation":
                continue
            if of == order_id and promise == whose and document_id not in self.gone:
                pot[YEAR] -= pence
                pot[NEXT] += pence
        return pot

    def whole(self, order_id: str) -> bool:
        return any(gross(each) == 0 for each in self.told(Type.CANCELLATION, order_id=order_id))

    def redeemed(self, order_id: str) -> dict[str, int]:
        """By year, and then what is left over from the oldest promise on."""
        pot = self.promised(order_id)
        settled: dict[str, int] = defaultdict(int)
        for each in self.told(Type.INVOICE, Type.CANCELLATION, order_id=order_id):
            settled[each.financial_year] += gross(each)
        found = {year: min(pot[year], settled[year]) for year in sorted(pot)}
        rest = sum(settled.values()) - sum(found.values())
        for year in sorted(pot):
            more = min(rest, pot[year] - found[year])
            found[year] += more
            rest -= more
        return found

    def open(self, order_id: str) -> dict[str, int]:
        if self.whole(order_id):
            return {}
        redeemed = self.redeemed(order_id)
        return {year: pence - redeemed[year] for year, pence in self.promised(order_id).items()}

    def spent(self, order_id: str) -> int:
        return sum(map(gross, self.told(Type.INVOICE, order_id=order_id))) - sum(
            map(gross, self.told(Type.CREDIT_NOTE, order_id=order_id))
        )

    def worth(self, order_id: str) -> int:
        return sum(self.open(order_id).values()) + self.spent(order_id)

    def line_of(self, order_id: str) -> str:
        documents = [each for each in self.documents.values() if each.order_id == order_id]
        return documents[0].line.value if documents else self.own[order_id].line

    def to_roll(self, order_id: str) -> int:
        """What of the ended year's promise was neither redeemed nor received."""
        if self.whole(order_id):
            return 0
        trial = Model()
        trial.__dict__.update(self.__dict__)
        trial.rolls = list(self.rolls)
        whose = "purchase_order" if self.told(Type.PURCHASE_ORDER, order_id=order_id) else "reservation"
        arrived = sum(map(gross, self.told(Type.RECEIPT, order_id=order_id)))
        total = 0
        while True:
            pot, redeemed = trial.promised(order_id), trial.redeemed(order_id)
            pence = pot.get(YEAR, 0) - max(redeemed.get(YEAR, 0), min(pot.get(YEAR, 0), arrived))
            if pence <= 0:
                return total
            trial.rolls.append(("trial", order_id, whose, pence))
            total += pence

    # What chat shows.

    def lines(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        """Approved, committed, invoiced, receipted."""
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for each in self.told(Type.APPROVAL):
            sums[each.financial_year, each.line.value][0] += each.net_pence + each.vat_pence
        for document_id, year, giving, taking, pence in self.moves:
            if document_id not in self.gone:
                sums[year, giving][0] -= pence
                sums[year, taking][0] += pence
        for order_id in self.order_ids():
            for year, pence in self.open(order_id).items():
                sums[year, self.line_of(order_id)][1] += pence
        for each in self.told(Type.INVOICE):
            sums[each.financial_year, each.line.value][2] += gross(each)
        for each in self.told(Type.CREDIT_NOTE):
            sums[each.financial_year, each.line.value][2] -= gross(each)
        for each in self.told(Type.RECEIPT):
            sums[each.financial_year, each.line.value][3] += gross(each)
        return {fund: (a, c, i, r) for fund, (a, c, i, r) in sums.items() if any((a, c, i, r))}

    def volumes(self) -> dict[tuple[str, str], int]:
        counted: Counter[tuple[str, str]] = Counter()
        for order_id in self.order_ids():
            orders = self.told(Type.PURCHASE_ORDER, order_id=order_id)
            own = self.own.get(order_id)
            if orders:
                year, kind, number = YEAR, orders[0].kind, sum(each.quantity or 0 for each in orders)
            elif own and not own.given_back:
                year, kind, number = own.year, own.kind, own.quantity
            else:
                continue
            given_up = sum(each.quantity or 0 for each in self.told(Type.CANCELLATION, order_id=order_id))
            counted[year, str(kind)] += 0 if self.whole(order_id) else max(0, number - given_up)
        return {key: number for key, number in counted.items() if number}

    def worths(self) -> dict[str, int]:
        return {order_id: self.worth(order_id) for order_id in self.order_ids() if self.worth(order_id)}

    def open_to_spend(self) -> dict[tuple[str, str], int]:
        """What may still be committed, overrides added."""
        lines = self.lines()
        return {
            fund: lines.get(fund, (0, 0, 0, 0))[0] - sum(lines.get(fund, (0, 0, 0, 0))[1:3]) + self.line_overrides[fund]
            for fund in {*lines, *self.line_overrides}
        }

    # Under what an order was placed.

    def placed(self, order_id: str) -> tuple[str | None, date | None, str | None]:
        """Supplier, day, contract."""
        own = self.own.get(order_id)
        if own:
            supplier = SUPPLIERS[own.kind]
            return supplier, own.placed_on, next((c for c, a in CONTRACTS.items() if a.supplier == supplier), None)
        orders = [
            each
            for each in self.documents.values()
            if each.order_id == order_id and each.document_type is Type.PURCHASE_ORDER
        ]
        if not orders:
            return None, None, None
        first = min(orders, key=lambda each: (each.document_date, each.document_id))
        day = first.document_date
        return (
            first.supplier,
            day,
            next(
                (c for c, a in CONTRACTS.items() if a.supplier == first.supplier and a.starts_on <= day <= a.ends_on),
                None,
            ),
        )

    def called(self) -> dict[str, int]:
        sums: Counter[str] = Counter()
        for order_id in self.order_ids():
            contract = self.placed(order_id)[2]
            if contract:
                sums[contract] += self.worth(order_id)
        return {contract: pence for contract, pence in sums.items() if pence}

    def allows(self, orders: dict[str, Own], *, delegated: bool = False) -> bool:
        """Whether these orders of ours, placed together, keep rules 2 and 3."""
        before_open, before_volumes = self.open_to_spend(), self.volumes()
        before_worth = {order_id: self.worth(order_id) if order_id in self.order_ids() else 0 for order_id in orders}
        kept = dict(self.own)
        self.own.update(orders)
        try:
            grown = [order_id for order_id in orders if self.worth(order_id) > before_worth[order_id]]
            broken = {
                name
                for order_id in grown
                for name in (
                    *self._limits(orders[order_id], before_open, before_volumes),
                    *self._gates(order_id, orders[order_id]),
                    *(self._delegation(orders[order_id]) if delegated else ()),
                )
            }
        finally:
            self.own = kept
        self.seen[frozenset(broken)] += 1
        return not broken

    def _limits(
        self, own: Own, before: dict[tuple[str, str], int], volumes: dict[tuple[str, str], int]
    ) -> Iterator[str]:
        fund, kind = (own.year, own.line), (own.year, own.kind)
        if self.open_to_spend().get(fund, 0) < min(0, before.get(fund, 0)):
            yield "line"
        if kind in CAPS and self.volumes().get(kind, 0) > max(
            CAPS[kind] + self.cap_overrides[kind], volumes.get(kind, 0)
        ):
            yield "cap"

    def _gates(self, order_id: str, own: Own) -> Iterator[str]:
        worth = self.worth(order_id)
        supplier, _, name = self.placed(order_id)
        contract = CONTRACTS.get(name or "")
        carries = contract is not None and contract.carries
        others = sum(
            self.worth(each)
            for each in self.order_ids() - {order_id}
            for whose, day, _ in [self.placed(each)]
            if whose == supplier and day is not None and abs((day - own.placed_on).days) <= WINDOW
        )
        together = worth + max(0, others)
        alone = "" if together > worth and worth < ROUTE_FROM else "alone"
        if together >= ROUTE_FROM and not (own.route or carries):
            yield f"route {alone}".strip()
        if together >= APPROVAL_FROM and not (own.approval or carries):
            yield f"approval {alone}".strip()
        if contract is not None and self.called().get(name or "", 0) > contract.ceiling:
            yield "ceiling"
        if contract is not None and not contract.starts_on <= own.placed_on <= contract.ends_on:
            yield "term"

    def _delegation(self, own: Own) -> Iterator[str]:
        used = sum(self.worth(each) for each, of in self.own.items() if of.delegated == own.delegated)
        if own.delegated is None or used > DELEGATED[own.delegated]:
            yield "delegation"

    def serve(self, lines: Iterable[str], year: str, today: date) -> set[int]:
        """Requests that go ahead now, the oldest first."""
        served: set[int] = set()
        for request in sorted(self.waiting, key=lambda each: each.number):
            if request.line in lines and self.commit(request, year, today):
                served.add(request.number)
        self.waiting = [each for each in self.waiting if each.number not in served]
        return served

    def commit(self, request: Request, year: str, today: date) -> bool:
        own = Own(year, request.line, request.kind, 1, today)
        order_id = f"QM-R-{request.number}"
        if not self.allows({order_id: own}):
            return False
        self.own[order_id] = own
        return True


def gross(document: FinanceDocument) -> int:
    """A document's sum; finance writes what is taken back with either sign."""
    return abs(document.net_pence + document.vat_pence)
