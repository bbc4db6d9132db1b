"""Days as people say them: each form means the day it says, and what is none is refused in a sentence."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.grammar.days import FORGETS_AFTER_DAYS, Span, day_of, span_of
from services.errors import BadInput

TODAYS = st.dates(date(2001, 1, 1), date(2090, 12, 31))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
THURSDAY = date(2026, 12, 3)
WORDS = st.sampled_from(
    [
        *(
            "from",
            "until",
            "to",
            "for",
            "on",
            "in",
            "next",
            "this",
            "the",
            "end of",
            "today",
            "tomorrow",
            "a",
            "two",
            "3",
        ),
        *(
            "week",
            "weeks",
            "month",
            "days",
            "Friday",
            "Mon",
            "Dec",
            "5 Dec",
            "5/12",
            "5/12/2026",
            "12/25/2026",
            "31",
            "2026",
        ),
        *("29 Feb", "30 Feb", "0/0", "99", ",", "£", "5th", "2026-02-30", "999 weeks ahead"),
    ]
)


@given(TODAYS, st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_written_out_is_that_day_whenever_it_is_read(today: date, day: date) -> None:
    month, full = MONTHS[day.month - 1], f"{day:%B}"
    for said in (
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d/%m/%y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day} {month} {day.year}",
        f"the {day.day}th of {full}, {day.year}",
        f"on {full} {day.day}, {day.year}",
        f"{NAMES[day.weekday()]} {day.day}{month} {day.year}",
    ):
        assert day_of(said, today) == day, said


@given(TODAYS, st.integers(1, 12), st.integers(1, 31))
def test_a_day_without_a_year_is_the_next_there_is_but_for_a_slip(today: date, month: int, day: int) -> None:
    said = (f"{day} {MONTHS[month - 1]}", f"{day}/{month}")
    if day > monthrange(2024, month)[1]:
        for each in said:
            with pytest.raises(BadInput, match="I cannot read"):
                day_of(each, today)
        return
    found = {day_of(each, today) for each in said}
    (at,) = found
    assert (at.day, at.month) == (day, month)
    assert at >= today - timedelta(days=FORGETS_AFTER_DAYS)
    earlier = [date(at.year - 1, month, day)] if day <= monthrange(at.year - 1, month)[1] else []
    assert all(each < today - timedelta(days=FORGETS_AFTER_DAYS) for each in earlier)


@given(TODAYS, st.integers(0, 6))
def test_a_day_of_the_week_is_the_next_there_is_and_next_means_next_week(today: date, place: int) -> None:
    name = NAMES[place]
    for said in (name, name[:3].upper(), f"on {name}", f"this {name}", f"coming {name}"):
        at = day_of(said, today)
        assert (at.weekday(), 0 <= (at - today).days < 7) == (place, True)
    following = day_of(f"next {name}", today)
    week = span_of("next week", today)
    assert (following.weekday(), week.first <= following <= week.last) == (place, True)
    assert day_of(f"{name} week", today) == day_of(name, today) + timedelta(days=7)


@given(TODAYS)
def test_weeks_and_months_are_those_of_the_calendar(today: date) -> None:
    following, present = span_of("next week", today), span_of("this week", today)
    assert (following.first.weekday(), following.last - following.first) == (0, timedelta(days=6))
    assert (present.first, present.last + timedelta(days=1)) == (today, following.first)
    month, rest = span_of("next month", today), span_of("this month", today)
    assert (month.first.day, month.first) == (1, rest.last + timedelta(days=1))
    assert (month.last + timedelta(days=1)).day == 1
    assert day_of("the end of the month", today) == rest.last
    assert day_of("end of next week", today) == following.last


@given(TODAYS, st.integers(0, 6), st.integers(0, 6))
def test_what_begins_on_one_day_ends_on_the_next_day_of_that_name(today: date, first: int, last: int) -> None:
    span = span_of(f"from {NAMES[first]} until {NAMES[last]}", today)
    assert (span.first.weekday(), span.last.weekday()) == (first, last)
    assert 0 <= (span.last - span.first).days < 7


@given(TODAYS, st.dates(date(2020, 1, 1), date(2020, 12, 31)), st.dates(date(2020, 1, 1), date(2020, 12, 31)))
def test_a_span_without_years_runs_over_the_new_year_where_it_must(today: date, first: date, last: date) -> None:
    span = span_of(f"from {first.day} {first:%b} until {last.day} {last:%b}", today)
    assert span.first <= span.last
    assert [(each.day, each.month) for each in (span.first, span.last)] == [
        (first.day, first.month),
        (last.day, last.month),
    ]


@given(
    TODAYS, st.one_of(st.text(max_size=80), st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=8).map(" ".join))
)
@example(date(2026, 12, 3), "from 1 to 99999/12/31")
def test_every_text_is_a_span_or_refused_in_a_sentence(today: date, said: str) -> None:
    try:
        span = span_of(said, today)
    except BadInput as refusal:
        sentence = str(refusal)
        if not sentence.endswith("."):
            pytest.fail(sentence)
    else:
        assert span.first <= span.last


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("from today until Friday", date(2026, 12, 3), date(2026, 12, 4)),
        ("from Monday until Friday", date(2026, 12, 7), date(2026, 12, 11)),
        ("from Monday for two weeks", date(2026, 12, 7), date(2026, 12, 20)),
        ("until Friday", date(2026, 12, 3), date(2026, 12, 4)),
        ("till the end of next week", date(2026, 12, 3), date(2026, 12, 13)),
        ("for a fortnight", date(2026, 12, 3), date(2026, 12, 16)),
        ("next week", date(2026, 12, 7), date(2026, 12, 13)),
        ("on Friday.", date(2026, 12, 4), date(2026, 12, 4)),
        ("tomorrow", date(2026, 12, 4), date(2026, 12, 4)),
        ("5/12/2026", date(2026, 12, 5), date(2026, 12, 5)),
        ("from 3 until 14 Feb", date(2027, 2, 3), date(2027, 2, 14)),
        ("from 20 Dec to 3 Jan", date(2026, 12, 20), date(2027, 1, 3)),
        ("24 Dec to 2 Jan", date(2026, 12, 24), date(2027, 1, 2)),
        ("in two weeks", date(2026, 12, 17), date(2026, 12, 17)),
        ("the day after tomorrow", date(2026, 12, 5), date(2026, 12, 5)),
        ("2 Nov", date(2027, 11, 2), date(2027, 11, 2)),
        ("3 Nov", date(2026, 11, 3), date(2026, 11, 3)),
    ],
)
def test_what_people_say_of_their_absence(said: str, first: date, last: date) -> None:
    assert span_of(said, THURSDAY) == Span(first, last)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("blursday", "I cannot read “blursday” as a day. Say today, Friday, next Monday, 5 Dec or 5/12/2026."),
        ("12/25/2026", "“12/25/2026” is no day: the day comes first, as in 25/12/2026."),
        ("Monday 5 Dec 2026", "5 Dec 2026 is a Saturday, not a Monday."),
        ("from Monday", "Say until when, too: “from Monday until Friday”, or “from Monday for two weeks”."),
        ("from 9 Dec 2026 until 5 Dec 2026", "That ends before it begins: from 9 Dec 2026 until 5 Dec 2026."),
        ("from Monday until tomorrow", "That ends before it begins: from 7 Dec 2026 until 4 Dec 2026."),
        ("31/2/2027", "I cannot read “31/2/2027” as a day. Say today, Friday, next Monday, 5 Dec or 5/12/2026."),
        ("5.12", "I cannot read “5.12” as a day. Say today, Friday, next Monday, 5 Dec or 5/12/2026."),
        ("1/1/1999", "I cannot read “1/1/1999” as a day. Say today, Friday, next Monday, 5 Dec or 5/12/2026."),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_say_instead(said: str, told: str) -> None:
    with pytest.raises(BadInput) as refusal:
        span_of(said, THURSDAY)
    assert str(refusal.value) == told
