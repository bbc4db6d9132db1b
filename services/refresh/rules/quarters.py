"""The quarters of the financial calendar: April, July, October and January begin one; the year begins in April."""

from __future__ import annotations

from datetime import date

from services.refresh.rules.calendar import add_months

YEAR_BEGINS = 4


def quarter_of(day: date) -> date:
    """The first day of the quarter that a day belongs to."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def quarters(today: date, last_arrival: date) -> list[tuple[date, bool]]:
    """The present quarter and those that follow to the end of the financial year, in which orders may be placed; then,
    marked False, those in which what is ordered late still arrives, up to that of `last_arrival` when ordered today.
    """
    start, late = quarter_of(today), quarters_between(today, last_arrival)
    found = [(start, True)]
    while (start := add_months(start, 3)).month != YEAR_BEGINS:
        found.append((start, True))
    return [*found, *((add_months(start, 3 * step), False) for step in range(late))]


def quarters_between(first: date, last: date) -> int:
    """How many quarters begin after the first day, up to the last."""
    first, last = quarter_of(first), quarter_of(last)
    return ((last.year - first.year) * 12 + last.month - first.month) // 3
