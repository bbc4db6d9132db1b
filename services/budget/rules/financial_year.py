"""The financial calendar: 1 April to 31 March, counted in London, written `2024/25`."""

from __future__ import annotations

import re
from datetime import date, datetime

from services.clock import london_date
from services.errors import BadInput

_WRITTEN = re.compile(r"^(\d{4})/(\d{2})$", re.ASCII)


def financial_year(day: date) -> str:
    """The financial year that a day in London belongs to."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"


def financial_year_at(moment: datetime) -> str:
    """The financial year at a moment: half past eleven at night on 31 March UTC is 1 April in London."""
    return financial_year(london_date(moment))


def bounds(year: str) -> tuple[date, date]:
    """First and last day of a financial year. Raises BadInput for what is not one, such as 2024/26."""
    found = _WRITTEN.match(year)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise BadInput(f"{year!r} is not a financial year; write it as 2024/25", where="financial year")
    first = int(found[1])
    return date(first, 4, 1), date(first + 1, 3, 31)


def month_within(day: date, year: str) -> date:
    """The first day of the month in which a document counts: its own, or the year's nearest if it lies outside.

    Finance books an invoice of April to the old year when the goods came in March; it then counts in March.
    """
    first, last = bounds(year)
    return min(max(day, first), last).replace(day=1)
