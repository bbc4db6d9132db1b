"""What time it is, as an argument: no other module reads the system clock for a business fact.

A scenario lives in its own time (a day may pass in a minute), and every process of a local stack must
agree on it without asking one another. So scenario time is a pure function of real time and three settings.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Tells the present business time, aware and in UTC."""

    def now(self) -> datetime: ...


@dataclasses.dataclass(frozen=True, slots=True)
class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class ScenarioClock:
    """Scenario time: `epoch` was the scenario's time when real time was `started`; it runs `speed` times as fast."""

    epoch: datetime
    started: datetime
    speed: float = 1.0

    def now(self) -> datetime:
        return self.epoch + (datetime.now(UTC) - self.started) * self.speed


@dataclasses.dataclass(slots=True)
class FixedClock:
    """Stands still until moved. For tests and for replaying a moment."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self.moment += by


def london_date(moment: datetime) -> date:
    """The calendar day in London at a moment: the day that financial years and policy dates are counted in."""
    return moment.astimezone(LONDON).date()


@lru_cache(maxsize=16_384)
def in_words(day: date) -> str:
    """A day as people write it: 5 November 2024."""
    return f"{day.day} {day:%B %Y}"
