"""Which promises of an order have been redeemed. The same documents in any order give the same answer.

The algebra, for one order:

    R  what a chat request set aside before finance wrote the order; nothing, once the request needs it no more
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

Of devices P counts where a purchase order tells a number, else R, less those that a cancellation names: paper that
tells none makes no room under a cap.

Where money of a promise rolls over to the next year (`rollover.py`), the promise is smaller in the old year's part and
as much greater in the new year's, and what moved counts as released in the old: sums again, which commute.

Within an order the settled sum goes to the parts it fits best: first the same part, then the same kind on the same
line, of the same year before another, then the same line and year, then whatever the order has left; among equals in
the order of the parts' names. A later document may thus show that a release belongs to another part: the difference for
the first part is then negative, and is posted so.

A release takes net and VAT in the proportion of what was promised, so that a fully released promise leaves no penny.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

import msgspec

from services.budget.rules.entries import Amount, Part

Sums = dict[Part, Amount]

_CLOSENESS: tuple[Callable[[Part], Hashable], ...] = (
    lambda part: part,
    lambda part: (part.fund, part.kind),
    lambda part: (part.line, part.kind),
    lambda part: part.fund,
    lambda _part: None,
)


class Order(msgspec.Struct):
    """The sums of an order's documents, by part."""

    reserved: Sums = {}
    ordered: Sums = {}
    invoiced: Sums = {}
    cancelled: Sums = {}
    cancelled_whole: bool = False
    received: Sums = {}
    rolled: Sums = {}
    """What moved out of each part of an ended year."""

    def copy(self) -> Order:
        """The same order, to be changed apart."""
        return Order(
            dict(self.reserved),
            dict(self.ordered),
            dict(self.invoiced),
            dict(self.cancelled),
            self.cancelled_whole,
            dict(self.received),
            dict(self.rolled),
        )

    @property
    def still_open(self) -> Sums:
        """The promise in force: finance's purchase orders take the place of our reservation."""
        return self.ordered or self.reserved

    @property
    def counted(self) -> Sums:
        """Whose number of devices counts: finance's where a purchase order tells one, else ours."""
        return self.ordered if any(amount.quantity for amount in self.ordered.values()) else self.reserved


def add(sums: Sums, part: Part, amount: Amount) -> None:
    """Add an amount to a part's sum."""
    sums[part] = sums.get(part, Amount()).plus(amount)


def released(order: Order) -> Sums:
    """What has been released of the order's promises, by part."""
    still_open, devices = order.still_open, _quantities(order.counted)
    result: Sums = dict(order.rolled)
    if order.ordered:
        for part, amount in order.reserved.items():
            add(result, part, amount._replace(quantity=0) if order.counted is order.reserved else amount)
    if order.cancelled_whole:
        delivered = match(devices, _quantities(order.invoiced))
        for part in {*still_open, *devices}:
            left = devices.get(part, 0) - delivered.get(part, 0)
            add(result, part, still_open.get(part, Amount())._replace(quantity=left))
        return result
    pence = redeemed(order)
    quantities = match(devices, _quantities(order.cancelled))
    for part in {*pence, *quantities}:
        add(result, part, share_of(still_open.get(part, Amount()), pence.get(part, 0), quantities.get(part, 0)))
    return result


def redeemed(order: Order) -> dict[Part, int]:
    """How many pence of each open promise invoices and cancellations settle."""
    settled: dict[Part, int] = {}
    for sums in (order.invoiced, order.cancelled):
        for part, amount in sums.items():
            settled[part] = settled.get(part, 0) + amount.gross_pence
    return match({part: amount.gross_pence for part, amount in order.still_open.items()}, settled)


def match(promised: Mapping[Part, int], settled: Mapping[Part, int]) -> dict[Part, int]:
    """How much of each promise the settled sums redeem; together min(promised, settled), the best fit first."""
    left_promised, left_settled = dict(promised), dict(settled)
    taken_up: dict[Part, int] = {}
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
                taken_up[part] = taken_up.get(part, 0) + taken
        for part in sorted(left_settled):
            used = min(left_settled[part], before[key(part)] - pots[key(part)])
            left_settled[part] -= used
            before[key(part)] -= used
    return taken_up


def _quantities(sums: Sums) -> dict[Part, int]:
    return {part: amount.quantity for part, amount in sums.items()}


def share_of(promised: Amount, gross_pence: int, quantity: int = 0) -> Amount:
    """So many pence of a promise, VAT in its proportion."""
    vat = promised.vat_pence * gross_pence // promised.gross_pence if promised.gross_pence else 0
    return Amount(gross_pence - vat, vat, quantity)
