"""Which promises of an order have been redeemed. The same documents in any order give the same answer.

The algebra, for one order:

    R  what a chat request set aside before finance wrote the order
    P  what finance's purchase orders promise
    S  what invoices and cancellations settle (credit notes give money back; they renew no promise)
    C  whether a cancellation of nought pence ended the order as a whole

    promised  = R + P
    open      = P if there is any purchase order, else R        (the purchase order takes the place of the reservation)
    released  = (promised - open) + (open if C else min(open, S))
    committed = promised - released

`released` is a function of the *set* of the order's documents. Each arriving document posts its own sum and the
difference that it makes to `released`; differences telescope, so whatever the order of arrival, the ledger's sums end
at the same place. An invoice before its purchase order posts no release; the purchase order then posts both.

Within an order the settled sum goes to the parts it fits best: first the same part, then the same kind on the same
line, then whatever the order has left; among equals in the order of the parts' names. A later document may thus show
that a release belongs to another part: the difference for the first part is then negative, and is posted so.

A release takes net and VAT in the proportion of what was promised, so that a fully released promise leaves no penny.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

import msgspec

from services.budget.rules.entries import Amount, Part

Sums = dict[Part, Amount]

_CLOSENESS: tuple[Callable[[Part], Hashable], ...] = (
    lambda part: part,
    lambda part: (part.line, part.kind),
    lambda _part: None,
)


class Order(msgspec.Struct):
    """The sums of an order's documents, by part."""

    reserved: Sums = {}
    ordered: Sums = {}
    invoiced: Sums = {}
    cancelled: Sums = {}
    cancelled_whole: bool = False

    def copy(self) -> Order:
        """The same order, to be changed apart."""
        return Order(
            dict(self.reserved), dict(self.ordered), dict(self.invoiced), dict(self.cancelled), self.cancelled_whole
        )


def add(sums: Sums, part: Part, amount: Amount) -> None:
    """Add an amount to a part's sum."""
    sums[part] = sums.get(part, Amount()).plus(amount)


def released(order: Order) -> Sums:
    """What has been released of the order's promises, by part."""
    still_open = order.ordered or order.reserved
    result: Sums = {}
    if order.ordered:
        for part, amount in order.reserved.items():
            add(result, part, amount)
    if order.cancelled_whole:
        delivered = match(_quantities(still_open), _quantities(order.invoiced))
        for part, amount in still_open.items():
            add(result, part, amount._replace(quantity=amount.quantity - delivered.get(part, 0)))
        return result
    settled: dict[Part, int] = {}
    for sums in (order.invoiced, order.cancelled):
        for part, amount in sums.items():
            settled[part] = settled.get(part, 0) + amount.gross_pence
    pence = match({part: amount.gross_pence for part, amount in still_open.items()}, settled)
    quantities = match(_quantities(still_open), _quantities(order.cancelled))
    for part in {*pence, *quantities}:
        add(result, part, _share(still_open[part], pence.get(part, 0), quantities.get(part, 0)))
    return result


def match(promised: Mapping[Part, int], settled: Mapping[Part, int]) -> dict[Part, int]:
    """How much of each promise the settled sums redeem; together min(promised, settled), the best fit first."""
    left_promised, left_settled = dict(promised), dict(settled)
    redeemed: dict[Part, int] = {}
    for key in _CLOSENESS:
        pots: dict[Hashable, int] = {}
        for part, sum_settled in left_settled.items():
            pots[key(part)] = pots.get(key(part), 0) + sum_settled
        before = dict(pots)
        for part in sorted(left_promised):
            taken = min(left_promised[part], pots.get(key(part), 0))
            if taken > 0:
                left_promised[part] -= taken
                pots[key(part)] -= taken
                redeemed[part] = redeemed.get(part, 0) + taken
        for part in sorted(left_settled):
            used = min(left_settled[part], before[key(part)] - pots[key(part)])
            left_settled[part] -= used
            before[key(part)] -= used
    return redeemed


def _quantities(sums: Sums) -> dict[Part, int]:
    return {part: amount.quantity for part, amount in sums.items()}


def _share(promised: Amount, gross_pence: int, quantity: int) -> Amount:
    vat = promised.vat_pence * gross_pence // promised.gross_pence if promised.gross_pence else 0
    return Amount(gross_pence - vat, vat, quantity)
