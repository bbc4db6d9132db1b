"""Days as people say them, read: `from today until Friday`, `next week`, `5 Dec`, `5/12/2026`.

Pure: today, a day in London, is given. The day comes before the month, as in Britain, and nothing is read the other way
round: `12/25/2026` is no day. What cannot be read is refused with a sentence that shows what can. A parser that reads
whatever somehow may be a date would take `12/25` for Christmas and `5 laptops` for a fifth.
"""

from __future__ import annotations

import dataclasses
import re
from calendar import day_abbr, day_name, month_abbr, month_name, monthrange
from collections.abc import Mapping
from datetime import date, timedelta

from services.errors import BadInput

FORGETS_AFTER_DAYS = 30
"""A day without a year that is no longer past than this is a slip, and means the one that passed."""
_LONGEST_SAID = 60
_EARLIEST, _LATEST = 2000, 2099
_WEEK = timedelta(days=7)

_WEEKDAYS: Mapping[str, int] = {
    **{name.lower(): place for names in (day_name, day_abbr) for place, name in enumerate(names)},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
_MONTHS: Mapping[str, int] = {
    **{name.lower(): place for names in (month_name, month_abbr) for place, name in enumerate(names) if name},
    "sept": 9,
}
_NUMBERS: Mapping[str, int] = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_NEAR: Mapping[str, int] = {
    "today": 0,
    "now": 0,
    "tonight": 0,
    "tomorrow": 1,
    "yesterday": -1,
    "day after tomorrow": 2,
    "day before yesterday": -2,
}
_UNITS: Mapping[str, int] = {"day": 1, "week": 7, "fortnight": 14}


def _either(words: Mapping[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WEEKDAY = re.compile(rf"(?:(?P<which>this|next|coming)\s+)?(?P<day>{_either(_WEEKDAYS)})(?P<week>\s+week)?")
_SPELT = re.compile(
    rf"(?:(?P<weekday>{_either(_WEEKDAYS)})\s+)?(?:the\s+)?(?:"
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?(?P<month>{_either(_MONTHS)})"
    rf"|(?P<month_first>{_either(_MONTHS)})\s+(?:the\s+)?(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?)"
    r"(?:\s+(?P<year>\d{4}))?"
)
_FIGURES = re.compile(r"(?P<day>\d{1,2})(?P<sign>[/.-])(?P<month>\d{1,2})(?:(?P=sign)(?P<year>\d{4}|\d{2}))?")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
_COUNT = rf"(?P<count>\d{{1,3}}|{_either(_NUMBERS)})\s+(?P<unit>{_either(_UNITS)})s?"
_AHEAD = re.compile(rf"in\s+{_COUNT}|{_COUNT.replace('count', 'many').replace('unit', 'units')}\s+(?:from\s+now|ahead)")
_PERIOD = re.compile(
    r"(?:(?P<edge>start|beginning|end)\s+of\s+(?:the\s+)?)?(?:(?P<which>this|next)\s+)?(?P<unit>week|month)"
)
_END_OF = re.compile(
    rf"(?:the\s+)?(?P<edge>start|beginning|end)\s+of\s+(?P<month>{_either(_MONTHS)})(?:\s+(?P<year>\d{{4}}))?"
)
_UNTIL = r"(?:until|till|til|to|through)"
_FROM_UNTIL = re.compile(rf"(?:from\s+)?(?P<first>.+?)\s+{_UNTIL}\s+(?P<last>.+)")
_FROM_FOR = re.compile(rf"(?:from\s+)?(?P<first>.+?)\s+for\s+{_COUNT}")
_FOR = re.compile(rf"for\s+{_COUNT}")
_ONLY_UNTIL = re.compile(rf"{_UNTIL}\s+(?P<last>.+)")
_ONLY_FROM = re.compile(r"from\s+(?P<first>.+)")
_BARE = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """From one day until another, both included; a single day is both."""

    first: date
    last: date


def day_of(words: str, today: date) -> date:
    """The one day that the words mean; of a week or a month its last. Raises BadInput for what is no day."""
    return _span(_plain(words), today, None).last


def span_of(words: str, today: date) -> Span:
    """From when until when, in one breath: `from Monday until 5 Dec`, `until Friday`, `for two weeks`, `next week`, `on
    Friday`. What ends without a beginning begins today. Raises BadInput for what cannot be read, has no end, or
    ends before it begins.
    """
    said = _plain(words)
    if found := _ONLY_UNTIL.fullmatch(said):
        return _ordered(today, _last(found["last"], today, None))
    if found := _FOR.fullmatch(said):
        return Span(today, _lasting(today, found))
    if found := _FROM_FOR.fullmatch(said):
        first = _span(found["first"], today, None).first
        return Span(first, _lasting(first, found))
    if found := _FROM_UNTIL.fullmatch(said):
        return _from_until(found["first"], found["last"], today)
    if found := _ONLY_FROM.fullmatch(said):
        _span(found["first"], today, None)
        raise BadInput("Say until when, too: “from Monday until Friday”, or “from Monday for two weeks”.")
    return _span(said, today, None)


def _from_until(first_words: str, last_words: str, today: date) -> Span:
    if bare := _BARE.fullmatch(first_words):  # `from 3 until 14 Feb`
        last = _last(last_words, today, None)
        try:
            return _ordered(last.replace(day=int(bare[1])), last)
        except ValueError:
            raise _unread(first_words) from None
    first = _span(first_words, today, None).first
    return _ordered(first, _last(last_words, today, first))


def _last(said: str, today: date, since: date | None) -> date:
    return _span(said, today, since).last


def _ordered(first: date, last: date) -> Span:
    if last < first:
        raise BadInput(f"That ends before it begins: from {_shown(first)} until {_shown(last)}.")
    return Span(first, last)


def _span(said: str, today: date, since: date | None) -> Span:
    """One day, week or month. With `since`, where a span begins, a day of the week or without a year comes after it."""
    said = said.strip().removeprefix("on ").removeprefix("the ")
    if (days := _NEAR.get(said)) is not None:
        return _single(today + timedelta(days=days))
    if found := _AHEAD.fullmatch(said):
        return _single(today + _length(found["count"] or found["many"], found["unit"] or found["units"]))
    if found := _PERIOD.fullmatch(said):
        if found["which"] is None and found["edge"] is None:
            raise _unread(said)
        return _edge(_period(found["unit"], found["which"] == "next", today), found["edge"])
    if found := _END_OF.fullmatch(said):
        month = _MONTHS[found["month"]]
        year = int(found["year"] or 0) or (today.year if month >= today.month else today.year + 1)
        return _edge(_month(_checked(said, year, month, 1)), found["edge"])
    if found := _WEEKDAY.fullmatch(said):
        return _single(_weekday(_WEEKDAYS[found["day"]], found["which"], bool(found["week"]), today, since))
    return _single(_date(said, today, since))


def _date(said: str, today: date, since: date | None) -> date:
    if found := _ISO.fullmatch(said):
        return _checked(said, int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _FIGURES.fullmatch(said):
        day, month, year = int(found["day"]), int(found["month"]), found["year"]
        if month > 12 >= day:
            raise BadInput(
                f"“{_quoted(said)}” is no day: the day comes first, as in {month}/{day}/{year or today.year}."
            )
        if year is None and found["sign"] != "/":
            raise _unread(said)  # 5.12 may be a sum, 5-12 a span
        return _dated(said, day, month, _year(year), today, since)
    if found := _SPELT.fullmatch(said):
        day = int(found["day"] or found["day_after"])
        month = _MONTHS[found["month"] or found["month_first"]]
        at = _dated(said, day, month, int(found["year"]) if found["year"] else None, today, since)
        if found["weekday"] and at.weekday() != _WEEKDAYS[found["weekday"]]:
            raise BadInput(
                f"{_shown(at)} is a {day_name[at.weekday()]}, not a {day_name[_WEEKDAYS[found['weekday']]]}."
            )
        return at
    raise _unread(said)


def _dated(said: str, day: int, month: int, year: int | None, today: date, since: date | None) -> date:
    """The day of that year. Of no year the next there is; but one that has only just passed is that one."""
    if year is not None:
        return _checked(said, year, month, day)
    earliest = since or today - timedelta(days=FORGETS_AFTER_DAYS)
    for candidate in range(earliest.year, earliest.year + 9):  # a 29 February may be eight years away
        if 1 <= month <= 12 and 1 <= day <= monthrange(candidate, month)[1]:
            at = date(candidate, month, day)
            if at >= earliest:
                return at
    raise _unread(said)


def _year(written: str | None) -> int | None:
    """26 → 2026."""
    if written is None:
        return None
    return int(written) + (_EARLIEST if len(written) == 2 else 0)


def _checked(said: str, year: int, month: int, day: int) -> date:
    try:
        at = date(year, month, day)
    except ValueError:
        raise _unread(said) from None
    if not _EARLIEST <= year <= _LATEST:
        raise _unread(said)
    return at


def _weekday(wanted: int, which: str | None, a_week_on: bool, today: date, since: date | None) -> date:
    """Friday is the next there is, today included; next Friday that of next week; Friday week a week after Friday."""
    if which == "next":
        at = _period("week", True, today).first + timedelta(days=wanted)
    else:
        start = since or today
        at = start + timedelta(days=(wanted - start.weekday()) % 7)
    return at + _WEEK if a_week_on else at


def _period(unit: str, following: bool, today: date) -> Span:
    """The week, from Monday until Sunday, or the month; what is left of it where it is the present one."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        first = monday + _WEEK if following else today
        return Span(first, monday + timedelta(days=13 if following else 6))
    if following:
        return _month(_month(today).last + timedelta(days=1))
    return Span(today, _month(today).last)


def _month(day: date) -> Span:
    return Span(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def _edge(span: Span, edge: str | None) -> Span:
    if edge is None:
        return span
    return _single(span.last if edge == "end" else span.first)


def _lasting(first: date, found: re.Match[str]) -> date:
    return first + max(timedelta(), _length(found["count"], found["unit"]) - timedelta(days=1))


def _length(count: str, unit: str) -> timedelta:
    number = int(count) if count.isdecimal() else _NUMBERS[count]
    return timedelta(days=number * _UNITS[unit])


def _single(day: date) -> Span:
    return Span(day, day)


def _plain(words: str) -> str:
    return " ".join(words[:200].lower().replace(",", " ").split()).strip(" .!?;:")


def _unread(said: str) -> BadInput:
    return BadInput(f"I cannot read “{_quoted(said)}” as a day. Say today, Friday, next Monday, 5 Dec or 5/12/2026.")


def _quoted(said: str) -> str:
    return said if len(said) <= _LONGEST_SAID else f"{said[: _LONGEST_SAID - 1]}…"


def _shown(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
