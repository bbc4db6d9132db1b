"""How long to wait before asking again. Pure: chance is an argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER_SECONDS = 3600.0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a vendor asks us to wait: a number, or a date, which is measured against the vendor's own clock."""
    words = headers.get("Retry-After", "").strip()
    if words.isascii() and words.isdigit():
        return min(float(words), LONGEST_RETRY_AFTER_SECONDS)
    try:
        asked = parsedate_to_datetime(words) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return min(max(asked.total_seconds(), 0.0), LONGEST_RETRY_AFTER_SECONDS)


def backoff(tries: int, chance: Callable[[], float], *, first: float, longest: float) -> float:
    """Seconds to wait after so many tries in vain: doubling, bounded, and spread so that many do not come at once."""
    widest = min(first * 2.0 ** min(tries, 20), longest)
    return widest * (0.5 + chance() / 2)
