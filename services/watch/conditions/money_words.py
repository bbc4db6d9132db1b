"""How the conditions about money write sums, shares, lines and years. Pure."""

from __future__ import annotations

from datetime import date

ASSUMED_PRICES = "This rests on assumed prices."
NO_MONEY_AT_ALL = 1000.0
"""Percent of nothing: a share that has no whole, or is more than ten times it, counts as this."""


def percent_of(part: int, whole: int) -> float:
    """The share in percent; all of it where something is spent of nothing."""
    if whole <= 0:
        return 100.0 if part > 0 else 0.0
    return part * 100 / whole


def pounds(pence: int) -> str:
    """A sum that is not below nought, in millions or thousands: £1.2m, £35k."""
    if pence >= 100_000_000:
        return f"£{pence / 100_000_000:,.1f}m"
    return f"£{pence // 100_000:,}k" if pence >= 100_000 or pence == 0 else "less than £1k"


def line_name(line: str) -> str:
    """refresh-and-bau → refresh and BAU."""
    return line.replace("-", " ").replace("bau", "BAU")


def last_day(financial_year: str) -> date:
    """31 March of a year such as 2024/25."""
    return date(int(financial_year[:4]) + 1, 3, 31)


def sentences(*told: str) -> str:
    """Those that say anything, with blanks between."""
    return " ".join(each for each in told if each)
