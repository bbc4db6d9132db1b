"""A bound that can be trusted: weak duality, counted in whole numbers.

Whatever price is put on each limit, no plan is worth more than all limits at their prices plus what columns gain
beyond the prices of what they use. The prices come out of floating arithmetic and need not be exact: they are rounded
to whole fractions first, and from there on nothing is rounded. Poor prices give a loose bound, never a false one.
"""

from __future__ import annotations

import numpy as np

from services.refresh.rules.waves.highs import Floats
from services.refresh.rules.waves.model import UNBOUNDED, Ints, Model

FINEST = 20
"""Prices are rounded to 2^-20 of a thousandth of need, or coarser where sums would not fit into 62 bits."""


def certified(model: Model, prices: Floats, low: Ints, high: Ints) -> int:
    """What no x within low ≤ x ≤ high and the model's rows exceeds: in thousandths of need, rounded down."""
    total = int((model.cost * high).sum()) + 1
    scale = 1 << max(0, min(FINEST, 58 - total.bit_length()))
    paid = [int(price) for price in np.rint(prices[: len(model.lower)] * scale)]
    limits = [
        upper if price > 0 else lower
        for price, lower, upper in zip(paid, model.lower.tolist(), model.upper.tolist(), strict=True)
    ]
    paid = [0 if abs(limit) >= UNBOUNDED else price for price, limit in zip(paid, limits, strict=True)]
    sold: int = sum(price * limit for price, limit in zip(paid, limits, strict=True) if price)
    used = np.zeros(model.columns, np.int64)
    np.add.at(used, model.column, model.factor * np.array(paid, np.int64)[model.row])
    gained = model.cost * scale - used
    if float((np.abs(gained.astype(np.float64)) * np.maximum(high, 1)).max(initial=0)) > 2.0**62:
        return total
    kept: list[int] = np.where(gained > 0, gained * high, gained * low).tolist()
    return (sold + sum(kept)) // scale
