"""Age, in whole months and in the bands that people compare."""

from __future__ import annotations

from datetime import date

BANDS: tuple[tuple[str, int], ...] = (
    ("under 1 year", 12),
    ("1 to 2 years", 24),
    ("2 to 3 years", 36),
    ("3 to 4 years", 48),
    ("4 to 5 years", 60),
    ("5 to 6 years", 72),
)
OLDEST = "6 years and over"
UNKNOWN_AGE = "age unknown"


def age_months(purchased_on: date | None, today: date) -> int | None:
    """Whole months since purchase; 0 for a purchase dated in the future; None where it is not known."""
    if purchased_on is None:
        return None
    months = (today.year - purchased_on.year) * 12 + today.month - purchased_on.month
    return max(0, months - (today.day < purchased_on.day))


def age_band(months: int | None) -> str:
    """The band an age falls in."""
    if months is None:
        return UNKNOWN_AGE
    return next((name for name, below in BANDS if months < below), OLDEST)
