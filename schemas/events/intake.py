"""How intake's sources stand. Topic `source-health`, keyed by source."""

from __future__ import annotations

import msgspec

from schemas.envelope import Event, Moment


class SourceStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A source at one moment. `sequence` grows with every measurement of it.

    `silent_after_seconds` is how long it may say nothing; None where it may be silent for as long as it likes.
    A source that was never heard, or was off for a while, is silent from `configured_at` on.
    """

    source: str
    sequence: int
    last_heard_at: Moment | None
    silent_after_seconds: int | None
    open_dead_letters: int
    oldest_dead_letter_at: Moment | None = None
    configured_at: Moment | None = None


class SourceMeasured(Event, frozen=True, kw_only=True, tag="quartermaster.intake.source_measured"):
    """When a source was last heard, and how many of its records lie in the dead letters, as of `time`."""

    data: SourceStanding
