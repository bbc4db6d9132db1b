"""Year end: what of an order's promise moves to the next year, once a person says so.

    moved = promised - max(redeemed, received)      for each part of the ended year

What was received and is not yet invoiced stays in the old year, to which its invoice belongs. A receipt that tells a
number of devices and no sum counts at the order's price. Only money moves: the devices were ordered, and stay counted,
in the old year (`caps.py`).

Moving a part may show that an invoice of the new year, which had redeemed the old promise for want of a better, fits
the new one; what that leaves in the old year moves too, until nothing does.
"""

from __future__ import annotations

import msgspec

from services.budget.rules.entries import Amount, Entry, Part
from services.budget.rules.financial_year import bounds
from services.budget.rules.matching import Order, Sums, add, match, redeemed, released, share_of
from services.budget.rules.posting import releases

RESERVATION = "reservation"
PURCHASE_ORDER = "purchase_order"


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """Money of one part of a promise that moves to another year. `promise`: ours, or finance's."""

    part: Part
    to_year: str
    promise: str
    amount: Amount


def next_year(year: str) -> str:
    """The financial year after this one."""
    _, last = bounds(year)
    return f"{last.year}/{(last.year + 1) % 100:02}"


def rolls(order: Order, year: str) -> list[Roll]:
    """What of the order would move out of `year` now."""
    order, to_year = order.copy(), next_year(year)
    promise = PURCHASE_ORDER if order.ordered else RESERVATION
    total: Sums = {}
    while found := _neither_redeemed_nor_received(order, year):
        for part, amount in found.items():
            add(total, part, amount)
            take_up_roll(order, Roll(part=part, to_year=to_year, promise=promise, amount=amount))
    return [Roll(part=part, to_year=to_year, promise=promise, amount=total[part]) for part in sorted(total)]


def take_up_roll(order: Order, roll: Roll) -> None:
    """Add what moved to the order's sums."""
    promised = order.ordered if roll.promise == PURCHASE_ORDER else order.reserved
    add(promised, roll.part, roll.amount.negative())
    add(promised, roll.part.in_year(roll.to_year), roll.amount)
    add(order.rolled, roll.part, roll.amount)


def post_rolls(own: list[Entry], moved: list[Roll], order: Order) -> list[Entry]:
    """The entries of one act on `order`, which then holds it: `own` commits in the new year what is released here."""
    before = released(order)
    for roll in moved:
        take_up_roll(order, roll)
    return [*own, *releases(own[0], before, released(order))]


def _neither_redeemed_nor_received(order: Order, year: str) -> Sums:
    if order.cancelled_whole:
        return {}
    promised = order.still_open
    settled = redeemed(order)
    received = _received_pence(order)
    result: Sums = {}
    for part, amount in promised.items():
        kept = max(settled.get(part, 0), received.get(part, 0))
        if part.financial_year == year and amount.gross_pence > kept:
            # What is kept has its VAT as its release has, so that no penny changes between net and VAT.
            result[part] = amount.minus(share_of(amount, kept))._replace(quantity=0)
    return result


def _received_pence(order: Order) -> dict[Part, int]:
    promised = order.still_open
    pence = match(
        {part: amount.gross_pence for part, amount in promised.items()},
        {part: amount.gross_pence for part, amount in order.received.items()},
    )
    devices = match(
        {part: amount.quantity for part, amount in promised.items()},
        {part: amount.quantity for part, amount in order.received.items() if not amount.gross_pence},
    )
    for part, number in devices.items():
        # What is left of a promise after money rolled over has a price no more; the whole promise has.
        whole = promised[part].plus(order.rolled.get(part, Amount()))
        worth = whole.gross_pence * number // whole.quantity if whole.quantity else 0
        pence[part] = min(promised[part].gross_pence, pence.get(part, 0) + worth)
    return pence
