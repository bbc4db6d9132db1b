"""Snipe-IT's dates: an object with the text for machines and one for people, a broken one as a sentence, or nothing."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import msgspec

from services.intake.reading.fields import moment, text
from services.intake.translation import Untranslatable

_BROKEN = re.compile(r".*\(Invalid \w+ value\.\)", re.S)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NEVER = ("0000-", "0001-", "9999-", "-0001-")


class Date(msgspec.Struct):
    """As the API writes it; the text for people, in the user's own format, is not even decoded."""

    date: Any = None
    datetime: Any = None


def written(value: Date | str | None) -> str | None:
    """A date's text for machines; one that the server could not read itself is absent."""
    if isinstance(value, Date):
        return text(value.datetime) or text(value.date)
    words = text(value)
    return None if words is not None and _BROKEN.fullmatch(words) else words


def moment_of(value: Date | str | None, zone: tzinfo, where: str) -> datetime | None:
    """A moment of the server's clock, which stands in `zone`, in UTC. Raises Untranslatable."""
    found = moment(written(value), where)
    # It was read as UTC, since it says no zone; the server's is put in its place.
    return found.replace(tzinfo=zone).astimezone(UTC) if found else None


def day_of(value: Date | str | None, where: str) -> date | None:
    """A day. Raises Untranslatable."""
    words = written(value)
    if words is None or words.startswith(_NEVER):
        return None
    words = words.partition(" ")[0]
    try:
        if _DAY.fullmatch(words) and 1980 <= (day := date.fromisoformat(words)).year < 2200:
            return day
    except ValueError:
        pass
    raise Untranslatable(f"{words!r} is no date written YYYY-MM-DD", where)


def months_after(day: date, months: int) -> date:
    """So many months later, or the last day of a month that is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, monthrange(day.year + years, month + 1)[1]))
