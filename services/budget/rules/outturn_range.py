"""How far an outturn may lie from what is expected: a range that holds about four of five years. Pence.

    BAU           devices come by chance. With k of them in the part of the year that has passed and q = what lies ahead
                  / what has passed, the months ahead bring k·q on average, with variance d·(k + d/2)·q·(1 + q): a
                  Poisson rate that is itself known only from k (negative binomial), over-dispersed by d, the factor by
                  which the months so far varied more than pure chance. The range takes 1.28 standard deviations to
                  either side, and not less than what is already approved. Kinds vary apart from one another.
    refresh       at the low end orders go on no faster than they went so far; the plan is the high end.
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

import msgspec

SHARE_WITHIN = 0.8
_DEVIATIONS = NormalDist().inv_cdf((1 + SHARE_WITHIN) / 2)
WHOLE_MONTHS = 3
"""So many whole months tell how much BAU varies."""
_BASIS = 10_000


class Unsure(NamedTuple):
    """What may come otherwise, of one kind on one line; sums add up, but deviations do so in quadrature."""

    refresh_slow_pence: int = 0
    """Refresh if orders go on as they went so far, at most what is planned."""
    bau_least_pence: int = 0
    """BAU that is already approved, at most what is expected."""
    bau_deviation_pence: int = 0
    """One standard deviation of BAU."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What an outturn starts from: sums so far, what is expected, and the room for it."""

    committed_pence: int
    invoiced_pence: int
    refresh_pence: int
    bau_pence: int
    room_pence: int

    @property
    def outturn_pence(self) -> int:
        """Invoiced, committed and expected."""
        return self.invoiced_pence + self.committed_pence + self.refresh_pence + self.bau_pence


class Range(NamedTuple):
    """Low and high end of an outturn."""

    low_pence: int
    high_pence: int


def spread(known: Known, unsure: Iterable[Unsure], cancelled: int, price_difference: int, year_left: Fraction) -> Range:
    """The range round `known.outturn_pence`; the shares are in basis points."""
    parts = list(unsure)
    chance = round(_DEVIATIONS * math.sqrt(sum(each.bau_deviation_pence**2 for each in parts)))
    used = known.invoiced_pence + known.committed_pence
    expected = known.refresh_pence + known.bau_pence
    committed = max(0, known.committed_pence)
    prices = int((committed + expected) * year_left * price_difference / _BASIS)
    given_back = int(committed * year_left * cancelled / _BASIS)
    slow = sum(each.refresh_slow_pence for each in parts)
    least = max(sum(each.bau_least_pence for each in parts), known.bau_pence - chance)
    most = max(expected, min(expected + chance, known.room_pence))
    return Range(used - given_back + max(0, slow + least - prices), used + most + prices)


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
