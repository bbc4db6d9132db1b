"""How a source stands, and whether that is news: pure rules of what intake tells of its sources."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from schemas.events.intake import SourceMeasured, SourceStanding

HEARD_AGAIN_AFTER = timedelta(minutes=1)
"""A source that goes on speaking is told of so often (real time)."""
AT_LEAST_EVERY = timedelta(minutes=10)
"""And one of which nothing is new so often: who listens then knows that intake still measures."""
SOURCE = "quartermaster/intake"


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A source at the business moment `at`. Its letters' oldest is real time, as dead letters have it."""

    at: datetime
    configured_at: datetime | None
    last_heard_at: datetime | None
    silent_after_seconds: int | None
    open_dead_letters: int
    oldest: datetime | None

    @property
    def silent(self) -> bool:
        """Whether it has said nothing for longer than it may."""
        since = max((each for each in (self.configured_at, self.last_heard_at) if each is not None), default=None)
        if since is None or self.silent_after_seconds is None:
            return False
        return self.at > since + timedelta(seconds=self.silent_after_seconds)


def is_news(measured: Measured, told: Measured | None, told_ago: timedelta | None) -> bool:
    """Whether to tell `measured` after `told`, which was so long ago in real time."""
    if told is None or told_ago is None or told_ago >= AT_LEAST_EVERY:
        return True
    if measured.last_heard_at != told.last_heard_at and told_ago >= HEARD_AGAIN_AFTER:
        return True
    return _kept_apart(measured) != _kept_apart(told)


def _kept_apart(measured: Measured) -> tuple[object, ...]:
    # What may be told late is left out: that a source spoke once more while it was not silent.
    return (
        measured.configured_at,
        measured.silent_after_seconds,
        measured.silent,
        measured.open_dead_letters,
        measured.oldest,
    )


def tell(source: str, sequence: int, measured: Measured, oldest_age: timedelta | None) -> SourceMeasured:
    """The event. A letter's age is real and is told as if it had passed in business time."""
    return SourceMeasured(
        id=f"{source}/{sequence}",
        source=SOURCE,
        time=measured.at,
        subject=source,
        data=SourceStanding(
            source=source,
            sequence=sequence,
            last_heard_at=measured.last_heard_at,
            silent_after_seconds=measured.silent_after_seconds,
            open_dead_letters=measured.open_dead_letters,
            oldest_dead_letter_at=None if oldest_age is None else measured.at - oldest_age,
            configured_at=measured.configured_at,
        ),
    )
