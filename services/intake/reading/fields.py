"""Reading loose fields: vendors write absence as null, "", a missing key or an impossible date, and clocks nine ways.

Whatever passes here is safe to store as text: control characters, which PostgreSQL refuses, do not pass.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from services.intake.translation import Untranslatable

LONGEST_TEXT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_NEVER = ("0001-", "9999-", "0000-")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.*")
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this would be the year 5138


def text(value: object) -> str | None:
    """A field as one line of text of at most 200 characters; None for everything that means absent."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    words = str(value)
    if not words.isprintable():
        words = _CONTROL.sub(" ", words)
    return words.strip()[:LONGEST_TEXT] or None


def email(*candidates: object) -> str | None:
    """The first candidate that is an e-mail address, in lower case."""
    for candidate in candidates:
        if (words := text(candidate)) is not None and _EMAIL.fullmatch(words):
            return words.lower()
    return None


def moment(value: object, where: str) -> datetime | None:
    """An ISO 8601 moment in UTC; a moment without a zone is UTC. None for absent and for the sentinels of "never".

    Raises Untranslatable for anything else.
    """
    words = text(value)
    if words is None or words.startswith(_NEVER):
        return None
    if not _MOMENT.fullmatch(words):
        raise Untranslatable(f"{words!r} is no moment in time", where)
    try:
        found = datetime.fromisoformat(words)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Untranslatable(f"{words!r} is no moment in time", where) from None
    return _plausible(found, words, where)


def epoch_moment(value: object, where: str) -> datetime | None:
    """A moment given as seconds or milliseconds since 1970, told apart by size. None for absent.

    Raises Untranslatable for anything else.
    """
    words = text(value)
    if words is None:
        return None
    if not words.isascii() or not words.isdigit() or len(words) > 15:
        raise Untranslatable(f"{words!r} is no time since 1970", where)
    number = int(words)
    try:
        if number >= _MILLISECONDS_FROM:
            found = datetime.fromtimestamp(number // 1000, UTC).replace(microsecond=number % 1000 * 1000)
        else:
            found = datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        raise Untranslatable(f"{words!r} is no time since 1970", where) from None
    return _plausible(found, words, where)


def _plausible(found: datetime, words: str, where: str) -> datetime:
    if not _EARLIEST <= found < _LATEST:
        raise Untranslatable(f"{words!r} lies outside the years 1990 to 2199", where)
    return found
