"""When intake tells how a source stands: at once what is news, now and then what goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from services.clock import FixedClock
from services.errors import ConfigurationError
from services.intake.doors import silent_after, source_of
from services.intake.measures import LastWords
from services.intake.standing.measuring import Measured, is_news, tell
from tests.sources.opened import opened

NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUIET = Measured(
    at=NOW,
    configured_at=NOW - 90 * HOUR,
    last_heard_at=NOW - HOUR,
    silent_after_seconds=6 * 3600,
    open_dead_letters=0,
    oldest=None,
)
A_MOMENT, MINUTES = timedelta(seconds=5), timedelta(minutes=2)


@pytest.mark.parametrize(
    ("told", "told_ago", "news"),
    [
        (None, None, True),
        (QUIET, A_MOMENT, False),
        (QUIET, timedelta(minutes=10), True),
        (replace(QUIET, last_heard_at=NOW - 2 * HOUR), A_MOMENT, False),
        (replace(QUIET, last_heard_at=NOW - 2 * HOUR), MINUTES, True),
        (replace(QUIET, open_dead_letters=1), A_MOMENT, True),
        (replace(QUIET, silent_after_seconds=None), A_MOMENT, True),
        (replace(QUIET, configured_at=None), A_MOMENT, True),
    ],
)
def test_what_is_news(told: Measured | None, told_ago: timedelta | None, news: bool) -> None:
    assert is_news(QUIET, told, told_ago) is news


def test_falling_silent_and_being_heard_again_are_told_at_once() -> None:
    silent = replace(QUIET, at=NOW + 6 * HOUR)
    assert silent.silent
    assert is_news(silent, QUIET, A_MOMENT)
    assert is_news(replace(silent, last_heard_at=silent.at), silent, A_MOMENT)


def test_a_source_never_heard_is_silent_from_its_configuration_on() -> None:
    new = replace(QUIET, configured_at=NOW, last_heard_at=None)
    assert not replace(new, at=NOW + 6 * HOUR).silent
    assert replace(new, at=NOW + 6 * HOUR + A_MOMENT).silent
    assert not replace(new, configured_at=None, at=NOW + 600 * HOUR).silent


def test_a_letters_age_is_told_as_if_it_had_passed_in_business_time() -> None:
    real = datetime(2031, 1, 1, tzinfo=UTC)
    event = tell("jamf", 7, replace(QUIET, open_dead_letters=3, oldest=real), timedelta(days=2))
    assert (event.id, event.subject, event.time) == ("jamf/7", "jamf", NOW)
    assert event.data.oldest_dead_letter_at == NOW - timedelta(days=2)


def test_last_words_are_written_once_and_never_turned_back() -> None:
    clock = FixedClock(NOW)
    words = LastWords(clock, {"jamf"})
    assert words.news() == {}
    clock.advance(HOUR)
    assert words.silence("jamf") == 3600
    words.heard("jamf")
    assert words.news() == {"jamf": NOW + HOUR}
    words.recall({"jamf": NOW + HOUR})
    assert words.news() == {}
    words.recall({"jamf": NOW + 2 * HOUR})
    clock.advance(2 * HOUR)
    assert words.silence("jamf") == 3600, "another process heard it later"
    words.recall({"jamf": NOW})
    assert words.silence("jamf") == 3600


def test_the_environment_goes_before_what_a_source_declares() -> None:
    sources = opened({"jamf_webhook_secrets": "hush", "finance_secrets": "hush"})
    assert silent_after(sources, {}) == {"jamf": timedelta(days=1), "finance": None}
    assert silent_after(sources, {"jamf": None, "finance": 36.0}) == {"jamf": None, "finance": timedelta(hours=36)}
    with pytest.raises(ConfigurationError, match="no source jmf; there are"):
        silent_after(sources, {"jmf": 1.0})


@pytest.mark.parametrize(
    ("letter", "source"),
    [("servicenow/incident", "servicenow"), ("jamf", "jamf"), ("gone/what", "gone"), ("gone", "gone")],
)
def test_whose_a_letter_is(letter: str, source: str) -> None:
    assert source_of(letter) == source
