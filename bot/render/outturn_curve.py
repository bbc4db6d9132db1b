"""The points of the outturn's chart: sums growing over the twelve months, the fan ahead, earlier years beside.

Places run from 0, the first of April's start, to 12, the end of March. All lines of a year together.
"""

from __future__ import annotations

import dataclasses
from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from services.budget.queries import OutturnView, PriorYear, bounds

MONTHS = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """Sums at a place, in pence, all since the year began."""

    place: float
    invoiced: int
    used: int
    """Committed and invoiced."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fan:
    """What is expected at a place ahead."""

    place: float
    low: float
    middle: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """A sum that runs across the chart, with its name."""

    name: str
    pence: int


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """Everything that the chart draws. Without months `so_far` has its last point alone."""

    so_far: Sequence[Point]
    ahead: Sequence[Fan]
    approved_pence: int
    prior: Sequence[Level]


def curve(view: OutturnView, prior: Sequence[PriorYear]) -> Curve:
    """The points of a view."""
    today = _place(view)
    committed = sum(line.committed_pence for line in view.lines)
    invoiced = sum(line.invoiced_pence for line in view.lines)
    now = Point(today, invoiced, committed + invoiced)
    return Curve(
        so_far=[*_behind(view, today), now],
        ahead=_ahead(view, now),
        approved_pence=sum(line.approved_pence for line in view.lines),
        prior=[
            Level(f"{year.financial_year}{' forecast' if year.forecast else ''}", year.spent_pence)
            for year in prior
            if year.financial_year < view.financial_year
        ],
    )


def _place(view: OutturnView) -> float:
    first, last = bounds(view.financial_year)
    if view.as_of < first:
        return 0.0
    if view.as_of >= last:
        return float(MONTHS)
    months = (view.as_of.year - first.year) * MONTHS + view.as_of.month - first.month
    return months + view.as_of.day / monthrange(view.as_of.year, view.as_of.month)[1]


def _behind(view: OutturnView, today: float) -> list[Point]:
    if not view.months:
        return []
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for month in view.months:
        sums[month.month][0] += month.invoiced_pence
        sums[month.month][1] += month.invoiced_pence + month.committed_pence
    months = sorted(sums)
    invoiced = accumulate(sums[month][0] for month in months)
    used = accumulate(sums[month][1] for month in months)
    points = (Point(float(end), *each) for end, *each in zip(range(1, MONTHS + 1), invoiced, used, strict=True))
    return [Point(0.0, 0, 0), *(point for point in points if point.place < today)]


def _ahead(view: OutturnView, now: Point) -> list[Fan]:
    if now.place >= MONTHS or not view.lines:
        return []
    low, middle, high = (
        sum(getattr(line, name) for line in view.lines) for name in ("low_pence", "outturn_pence", "high_pence")
    )
    expected: dict[date, int] = defaultdict(int)
    for month in view.months:
        expected[month.month] += month.expected_pence
    whole = sum(expected.values())
    reached = list(accumulate(expected[month] for month in sorted(expected)))
    fan = [Fan(now.place, now.used, now.used, now.used)]
    for end in range(int(now.place) + 1, MONTHS + 1):
        share = reached[end - 1] / whole if whole else (end - now.place) / (MONTHS - now.place)
        fan.append(Fan(float(end), *(now.used + (sum_ - now.used) * share for sum_ in (low, middle, high))))
    return fan
