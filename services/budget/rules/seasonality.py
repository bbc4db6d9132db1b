"""How a year's demand falls on its months: what share of it has passed, and what share lies ahead.

Shares are fractions, so that what has passed and what lies ahead make one year to the penny.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from services.budget.rules.financial_year import bounds

MONTHS = 12
FULL_MONTHS = 9
"""A year teaches a season if orders were placed in so many of its months; one late order makes no year."""

Weights = tuple[int, ...]
"""Twelve of them, April first; only their proportions count."""


def months_of(year: str) -> tuple[date, ...]:
    """The first days of a financial year's months. Raises BadInput for what is no year."""
    first, _ = bounds(year)
    return tuple(
        date(first.year + (first.month + place - 1) // 12, (first.month + place - 1) % 12 + 1, 1)
        for place in range(MONTHS)
    )


def ahead(weights: Weights, year: str, today: date) -> dict[date, Fraction]:
    """For each month, the share of a year's demand that still comes in it after the end of `today`."""
    whole = sum(weights)
    starts = months_of(year)
    result: dict[date, Fraction] = {}
    for start, after, weight in zip(starts, (*starts[1:], _after(year)), weights, strict=True):
        days = (after - start).days
        gone = min(max((today - start).days + 1, 0), days)
        result[start] = Fraction(weight * (days - gone), whole * days)
    return result


def left_of(weights: Weights, year: str, today: date) -> Fraction:
    """The share of a year's demand that comes after `today`: one before the year, nought from its last day on."""
    return sum(ahead(weights, year, today).values(), Fraction())


def learned(assumed: Weights, earlier: Sequence[Mapping[int, int]]) -> tuple[Weights, int]:
    """The season, half as assumed and half as earlier years had it, and how many years taught it.

    Each earlier year is calendar month → devices ordered. Half, because a single year is a poor teacher: a month
    without an order would else never have one again.
    """
    full = [year for year in earlier if sum(devices > 0 for devices in year.values()) >= FULL_MONTHS]
    if not full:
        return assumed, 0
    seen = [sum(max(0, year.get(_calendar_month(place), 0)) for year in full) for place in range(MONTHS)]
    return tuple(mine * sum(seen) + theirs * sum(assumed) for mine, theirs in zip(assumed, seen, strict=True)), len(
        full
    )


def _calendar_month(place: int) -> int:
    return (place + 3) % 12 + 1


def _after(year: str) -> date:
    _, last = bounds(year)
    return last + timedelta(days=1)
