"""The quarters of a financial year as moments: Q1 begins on 1 April in London."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from services.clock import LONDON
from services.errors import BadInput

_WRITTEN = re.compile(r"^(\d{4})/(\d{2})$", re.ASCII)


def quarter_starts(financial_year: str) -> list[datetime]:
    """Five moments in UTC: the beginnings of the four quarters, and the end. Raises BadInput for no financial year."""
    found = _WRITTEN.match(financial_year.strip())
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise BadInput(f"{financial_year!r} is not a financial year; write it as 2024/25", where="financial year")
    first = int(found[1])
    days = [date(first, month, 1) for month in (4, 7, 10)] + [date(first + 1, month, 1) for month in (1, 4)]
    return [datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC) for day in days]
