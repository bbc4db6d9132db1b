"""Months on the calendar: what lies a number of months after a day, and how many have passed."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=65_536)
def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (or earlier), or that month's last day where there is none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(since: date, until: date) -> int:
    """The most months m for which `add_months(since, m)` is not after `until`; 0 if `until` is before `since`."""
    months = (until.year - since.year) * 12 + until.month - since.month
    if months > 0 and add_months(since, months) > until:
        months -= 1
    return max(months, 0)
