"""How far an outturn may lie from what is expected: a range that holds about four of five years. Pence.

    BAU           devices come by chance. With k of them in the part of the year that has passed and q = what lies ahead
                  / what has passed, the months ahead bring k·q on average, with variance d·(k + d/2)·q·(1 + q): a
                  Poisson rate that is itself known only from k (negative binomial), over-dispersed by d, the factor by
                  which the months so far varied more than pure chance. The range takes 1.28 standard deviations to
                  either side, and not less than what is already approved. Kinds vary apart from one another.
    refresh       either end goes from the plan towards the pace that orders had so far: the low end if they went slower
                  than planned, the high end if faster, for as much of the year as has shown that pace. The rest of what
                  is planned is not sure either, so that early on the low end is far off.
    prices        invoices differ from orders, either way, by a share of all that is still to be invoiced.
    cancellations at the low end, a share of what is committed and not yet invoiced is cancelled or credited.

All four fade with what is left of the year, and on its last day the range is nil. New orders never go past the money.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from statistics import NormalDist
from typing import NamedTuple

SHARE_WITHIN = 0.8
_DEVIATIONS = NormalDist().inv_cdf((1 + SHARE_WITHIN) / 2)
WHOLE_MONTHS = 3
"""So many whole months tell how much BAU varies."""
_BASIS = 10_000


class Unsure(NamedTuple):
    """What may come otherwise, of one kind on one line; sums add up, but deviations do so in quadrature."""

    refresh_slow_pence: int = 0
    """Refresh that is sure if orders go on as they went so far."""
    refresh_more_pence: int = 0
    """What refresh may come to beyond its plan, if orders go on as they went so far."""
    bau_least_pence: int = 0
    """BAU that is already approved, at most what is expected."""
    bau_deviation_pence: int = 0
    """One standard deviation of BAU."""


class Slice(NamedTuple):
    """What is still expected of something: a kind on a line, a unit's share of it, its refresh alone."""

    refresh_pence: int
    bau_pence: int
    unsure: Unsure


class Spent(NamedTuple):
    """What an outturn starts from, and the room for more."""

    committed_pence: int = 0
    invoiced_pence: int = 0
    room_pence: int = 0


class Forecast(NamedTuple):
    """An outturn with its range: `low_pence` ≤ `outturn_pence` ≤ `high_pence`."""

    low_pence: int
    outturn_pence: int
    high_pence: int


def forecast(
    spent: Spent, slices: Iterable[Slice], cancelled: int, price_difference: int, year_left: Fraction
) -> Forecast:
    """Invoiced, committed and what the slices expect, with the range round it. The shares are in basis points."""
    parts = list(slices)
    used = spent.invoiced_pence + spent.committed_pence
    bau = sum(each.bau_pence for each in parts)
    expected = sum(each.refresh_pence for each in parts) + bau
    chance = round(_DEVIATIONS * math.sqrt(sum(each.unsure.bau_deviation_pence**2 for each in parts)))
    slow = sum(each.unsure.refresh_slow_pence for each in parts)
    least = max(sum(each.unsure.bau_least_pence for each in parts), bau - chance)
    more = chance + sum(each.unsure.refresh_more_pence for each in parts)
    most = max(expected, min(expected + more, spent.room_pence))
    committed = max(0, spent.committed_pence)
    prices = int((committed + expected) * year_left * price_difference / _BASIS)
    given_back = int(committed * year_left * cancelled / _BASIS)
    return Forecast(
        low_pence=used - given_back + max(0, slow + least - prices),
        outturn_pence=used + expected,
        high_pence=used + most + prices,
    )


def deviation(devices: int, ratio: Fraction, dispersion: Fraction) -> float:
    """The standard deviation of the devices ahead; `ratio` is what lies ahead over what has passed."""
    return math.sqrt(dispersion * (devices + dispersion / 2) * ratio * (1 + ratio))


def dispersion_of(counts: Sequence[int], weights: Sequence[int], assumed: int) -> Fraction:
    """By how much whole months varied more than pure chance, at least 1: Pearson's chi square over its degrees."""
    total, whole = sum(counts), sum(weights)
    if len(counts) < WHOLE_MONTHS or total <= 0:
        return Fraction(assumed)
    expected = [Fraction(total * weight, whole) for weight in weights]
    square = sum(((count - each) ** 2 / each for count, each in zip(counts, expected, strict=True)), Fraction())
    return max(Fraction(1), square / (len(counts) - 1))
