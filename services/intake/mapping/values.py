"""Cells as values: texts, words of a table, days, moments, sums of money. Each reader is made once for a field.

A reader answers None for an absent value and raises Untranslatable, naming the column, for one that it cannot read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache, partial
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from services.intake.files.rows import column_name
from services.intake.mapping.structs import Day, MomentText, Text
from services.intake.reading.fields import epoch_moment, text
from services.intake.translation import Untranslatable

Cells = dict[str, str]
Value = TypeVar("Value")
Reader = Callable[[Cells], Value | None]

REMEMBERED = 8192
"""Distinct texts whose reading is remembered: a column of half a million dates holds a few thousand different ones."""
_NEVER = ("0000-", "0001-", "9999-", "00/00/", "01/01/0001")
_SUM = {
    "point": re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII),
    "comma": re.compile(r"(\d{1,3}(?:[.' ]\d{3})+|\d+)(?:,(\d+))?", re.ASCII),
}
_NO_DIGIT = re.compile(r"\D")
_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?\s*%?", re.ASCII)
_MONTHS = re.compile(r"(\d{1,3})(?:\.0+)?\s*(?:months?)?", re.I | re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LARGEST_SUM = 10_000_000_000


def text_reader(field: Text, *, html_escaped: bool = False) -> Reader[str]:
    """A cell as one line of text."""
    return _filled(field, partial(clean_text, html_escaped=html_escaped) if html_escaped else text)


def value_reader(field: Text, convert: Callable[[str], Value | None], *, html_escaped: bool = False) -> Reader[Value]:
    """A cell's text converted. What a text became is remembered, from the cell as it stands; errors are not."""

    @lru_cache(REMEMBERED)
    def remembered(cell: str) -> Value | None:
        words = clean_text(cell, html_escaped=html_escaped)
        return None if words is None else convert(words)

    return _filled(field, remembered)


def _filled(field: Text, convert: Callable[[str], Value | None]) -> Reader[Value]:
    """The first of the field's cells that becomes a value."""
    if field.constant is not None:
        constant = convert(field.constant)
        return lambda _: constant
    first, *others = (column_name(column) for column in _columns(field))
    if not others:
        return lambda cells: convert(cell) if (cell := cells.get(first)) else None

    def read(cells: Cells) -> Value | None:
        for name in (first, *others):
            if (cell := cells.get(name)) and (value := convert(cell)) is not None:
                return value
        return None

    return read


def clean_text(cell: str | None, *, html_escaped: bool) -> str | None:
    """A cell as one line of text, with HTML's `&amp;` read where the source writes it."""
    words = text(cell)
    return text(html.unescape(words)) if html_escaped and words is not None and "&" in words else words


def cell_reader(field: Text | None) -> Reader[str]:
    """A cell as it stands, for what cleans and remembers several at once."""
    return _filled(field, lambda cell: cell if cell.strip() else None) if field is not None else nothing


def nothing(_: Cells) -> None:
    """The reader of a field that is not mapped."""


def place_of(field: Text) -> str:
    """What an error calls the field: its column, as the mapping writes it."""
    return " or ".join(_columns(field)) or "a constant"


def _columns(field: Text) -> list[str]:
    return [field.column] if isinstance(field.column, str) else field.column or []


def word_in(table: Mapping[str, Value], otherwise: str, where: str) -> Callable[[str], Value | None]:
    """A label as what the table says; another label is refused, or ignored."""
    known = {column_name(label): value for label, value in table.items()}

    def convert(words: str) -> Value | None:
        found = known.get(column_name(words))
        if found is None and otherwise == "refuse":
            raise Untranslatable(f"{words!r} is not in the mapping's table", where)
        return found

    return convert


def day_of(field: Day, zone: tzinfo, where: str) -> Callable[[str], date | None]:
    """A date written in ISO 8601, alone or before a time, or in one of the field's formats.

    Before a time that says its offset it is the day then in `zone`: a system that keeps days as moments writes the
    midnight that begins 1 April in London as 23:00 UTC on 31 March, which is another financial year.
    """

    def convert(words: str) -> date | None:
        if words.startswith(_NEVER):
            return None
        found = _iso_day(words, zone)
        for format_ in field.formats if found is None else ():
            try:
                found = datetime.strptime(words, format_).date()  # noqa: DTZ007 - a day has no zone
                break
            except ValueError:
                continue
        if found is None:
            raise Untranslatable(f"{words!r} is no date written {_ways(field.formats)}", where)
        if not 1980 <= found.year < 2200:
            raise Untranslatable(f"{words!r} lies outside the years 1980 to 2199", where)
        return found

    return convert


def _iso_day(words: str, zone: tzinfo) -> date | None:
    if not _ISO_DAY.match(words):
        return None
    try:
        if len(words) == 10:
            return date.fromisoformat(words)
        moment = datetime.fromisoformat(words)
        return (moment if moment.tzinfo is None else moment.astimezone(zone)).date()
    except (ValueError, OverflowError):  # in another zone a moment may lie outside all years
        return None


def moment_of(field: MomentText, zone: tzinfo, where: str) -> Callable[[str], datetime | None]:
    """A moment in UTC; one that says no zone stands in `zone`. A bare date is the beginning of its day there."""

    def convert(words: str) -> datetime | None:
        if words.startswith(_NEVER):
            return None
        found = _iso_moment(words)
        for format_ in field.formats if found is None else ():
            if format_ == "epoch":
                return epoch_moment(words, where)
            try:
                found = datetime.strptime(words, format_)  # noqa: DTZ007 - its zone is given below
                break
            except ValueError:
                continue
        if found is None:
            raise Untranslatable(f"{words!r} is no moment written {_ways(field.formats)}", where)
        if not 1990 <= found.year < 2200:
            raise Untranslatable(f"{words!r} lies outside the years 1990 to 2199", where)
        return (found.replace(tzinfo=zone) if found.tzinfo is None else found).astimezone(UTC)

    return convert


def _iso_moment(words: str) -> datetime | None:
    if not _ISO_DAY.match(words):
        return None
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        return None


def _ways(formats: list[str]) -> str:
    return " or ".join(["YYYY-MM-DD", *formats])


def zone_named(name: str) -> tzinfo:
    """A time zone; UTC as itself, since converting to it costs nothing then."""
    return UTC if name.upper() in ("UTC", "ETC/UTC") else ZoneInfo(name)


def pence_of(
    decimal: Literal["point", "comma"], unit: Literal["pounds", "pence"], where: str
) -> Callable[[str], int | None]:
    """A sum as exact pence: `£1,234.50`, `1.234,50` by the decimal style, `(12.00)` and `-12.00` below zero."""

    def convert(words: str) -> int | None:
        bare = words.replace("\u00a0", " ").replace("\u2212", "-").strip()
        negative = bare.startswith("-") or bare.endswith("-") or (bare.startswith("(") and bare.endswith(")"))
        bare = bare.strip("()- ").removeprefix("£").removeprefix("GBP").removesuffix("GBP").strip("- ")
        match = _SUM[decimal].fullmatch(bare)
        if match is None:
            raise Untranslatable(f"{words!r} is no sum in {unit}", where)
        whole, fraction = int(_NO_DIGIT.sub("", match[1])), (match[2] or "").rstrip("0")
        if len(fraction) > (2 if unit == "pounds" else 0):
            raise Untranslatable(f"{words!r} holds fractions of a penny", where)
        pence = whole * 100 + int(fraction.ljust(2, "0")) if unit == "pounds" else whole
        if pence >= _LARGEST_SUM:
            raise Untranslatable(f"{words!r} is more than any document says", where)
        return -pence if negative else pence

    return convert


def with_vat(net: int, percent: int) -> int:
    """A net sum in pence with VAT added."""
    return net + share_of(net, percent)


def share_of(net: int, percent: int) -> int:
    """A percentage of a sum in pence, half a penny rounded away from zero as invoices do."""
    share = (abs(net) * percent + 50) // 100
    return share if net >= 0 else -share


def months_of(where: str) -> Callable[[str], int | None]:
    """A number of months: `36`, `36 months`."""

    def convert(words: str) -> int | None:
        match = _MONTHS.fullmatch(words)
        if match is None:
            raise Untranslatable(f"{words!r} is no number of months", where)
        return int(match[1])

    return convert


def percent_of(where: str) -> Callable[[str], int | None]:
    """A share of a hundred, whole or with places after a point, rounded down: `87`, `87.5 %`."""

    def convert(words: str) -> int | None:
        match = _PERCENT.fullmatch(words)
        if match is None or int(match[1]) > 100:
            raise Untranslatable(f"{words!r} is no percentage from 0 to 100", where)
        return int(match[1])

    return convert


@lru_cache(REMEMBERED)
def after_months(day: date, months: int) -> date:
    """The same day of the month, so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
    return date(year, month + 1, min(day.day, last))
