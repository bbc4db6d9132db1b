"""A source gone silent, and dead letters that grow: when it begins, when it goes on, when it ends, what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.vocabulary import AlertSeverity
from services.watch.conditions import dead_letters_growing, source_silent
from services.watch.conditions.finding import Finding
from services.watch.conditions.source_silent import SourceHealth
from services.watch.thresholds import load_thresholds

THRESHOLDS = load_thresholds()
NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HEARD = SourceHealth(
    source="jamf", measured_at=NOW, configured_at=NOW - 900 * HOUR, last_heard_at=NOW, silent_after=24 * HOUR
)


def silence(health: SourceHealth, now: datetime, *, held: bool = False) -> Finding | None:
    return source_silent.judge(health, THRESHOLDS.source_silent, held=held, now=now).finding


def test_it_is_silent_once_intake_confirms_it_and_critical_later() -> None:
    confirmed = replace(HEARD, measured_at=NOW + 25 * HOUR)
    assert silence(confirmed, NOW + 24 * HOUR) is None
    found = silence(confirmed, NOW + 25 * HOUR)
    assert found is not None
    assert (found.severity, found.audience) == (AlertSeverity.WARNING, "operations")
    assert found.headline == "jamf has been silent since 20 Nov 2024, 12:00"
    assert found.detail.startswith("It was last heard then; it is usually heard within 24 hours. Look at its settings")
    later = silence(confirmed, NOW + 73 * HOUR)
    assert later is not None
    assert later.severity is AlertSeverity.CRITICAL


def test_without_a_word_of_intake_it_takes_a_tenth_longer_and_points_at_intake() -> None:
    assert silence(HEARD, NOW + 26 * HOUR) is None
    found = silence(HEARD, NOW + 27 * HOUR)
    assert found is not None
    assert (
        "Intake itself has told nothing of it since 20 Nov 2024, 12:00: see first whether intake runs." in found.detail
    )
    assert silence(HEARD, NOW + 26 * HOUR, held=True) is not None, "an open alert does not flap in between"


def test_never_heard_counts_from_the_configuration_and_no_limit_is_never_silent() -> None:
    new = replace(HEARD, configured_at=NOW, last_heard_at=None)
    assert silence(new, NOW + 24 * HOUR) is None
    found = silence(new, NOW + 48 * HOUR)
    assert found is not None
    assert "was configured and not heard since then" in found.detail
    on_again = replace(HEARD, configured_at=NOW, last_heard_at=NOW - 800 * HOUR)
    assert silence(on_again, NOW + HOUR) is None, "what was off is given time anew"
    for quiet in (replace(HEARD, silent_after=None), replace(HEARD, configured_at=None, last_heard_at=None)):
        assert silence(quiet, NOW + 9000 * HOUR, held=True) is None


@given(st.integers(0, 500), st.integers(1, 200), st.integers(0, 500))
def test_time_only_makes_it_worse_and_a_word_ends_it(hours: int, limit: int, more: int) -> None:
    health = replace(HEARD, silent_after=limit * HOUR)
    if silence(health, NOW + hours * HOUR) is not None:
        assert silence(health, NOW + (hours + more) * HOUR) is not None
    heard = replace(health, last_heard_at=NOW + hours * HOUR, measured_at=NOW + hours * HOUR)
    assert silence(heard, NOW + hours * HOUR, held=True) is None


def growth(letters: int, days: float, held: float | None = None) -> Finding | None:
    health = replace(
        HEARD, open_dead_letters=letters, oldest_dead_letter_at=NOW - timedelta(days=days) if letters else None
    )
    return dead_letters_growing.judge(health, THRESHOLDS.dead_letters_growing, held).finding


@pytest.mark.parametrize(
    ("letters", "days", "held", "threshold", "severity"),
    [
        (0, 0, None, None, None),
        (19, 1, None, None, None),
        (20, 1, None, 20, AlertSeverity.WARNING),
        (16, 1, 20.0, 20, AlertSeverity.WARNING),
        (14, 1, 20.0, None, None),
        (999, 1, 20.0, 20, AlertSeverity.WARNING),
        (1000, 1, 20.0, 1000, AlertSeverity.CRITICAL),
        (1, 7, None, None, None),
        (1, 7.1, None, 0, AlertSeverity.NOTICE),
        (1, 6.5, 0.0, 0, AlertSeverity.NOTICE),
        (1, 6.0, 0.0, None, None),
        (30, 8, 0.0, 20, AlertSeverity.WARNING),
        (0, 0, 1000.0, None, None),
    ],
)
def test_letters_grow_by_number_and_by_age(
    letters: int, days: float, held: float | None, threshold: float | None, severity: AlertSeverity | None
) -> None:
    found = growth(letters, days, held)
    assert (found and found.threshold, found and found.severity) == (threshold, severity)


def test_the_words_say_how_many_how_long_and_what_to_do() -> None:
    found = growth(12_345, 9)
    assert found is not None
    assert found.headline == "jamf: about 12,000 dead letters are open"
    assert found.detail == (
        "The oldest has waited for 9 days. See why with /kit deadletters jamf; mend the cause, then replay them."
    )
    one = growth(1, 8)
    assert one is not None
    assert one.headline == "jamf: a dead letter is open"
