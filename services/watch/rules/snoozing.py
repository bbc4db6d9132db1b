"""Until when an alert is snoozed: always a morning in London, when somebody is at work to see it again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from services.clock import LONDON, london_date
from services.watch.rules.machine import LONGEST_SNOOZE_DAYS

MORNING_HOUR = 8


def tomorrow(now: datetime) -> date:
    """The next day in London."""
    return london_date(now) + timedelta(days=1)


def in_a_week(now: datetime) -> date:
    """The same weekday of next week, in London."""
    return london_date(now) + timedelta(days=7)


def last_day(now: datetime) -> date:
    """The last day that may be chosen."""
    return london_date(now) + timedelta(days=LONGEST_SNOOZE_DAYS)


def morning_of(day: date) -> datetime:
    """When that day's morning begins in London, whatever its clocks do, in UTC."""
    return datetime(day.year, day.month, day.day, MORNING_HOUR, tzinfo=LONDON).astimezone(UTC)


def is_too_far(until: datetime, now: datetime) -> bool:
    """Whether it lies beyond the last day."""
    return london_date(until) > last_day(now)
