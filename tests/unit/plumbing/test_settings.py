"""Settings: every missing key is named at once, and no secret is shown."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.clock import ScenarioClock, SystemClock
from services.errors import ConfigurationError
from services.settings import Settings, read

ENOUGH = {
    "DATABASE_URL": "postgresql://quartermaster:not-to-be-shown@127.0.0.1:5432/quartermaster",
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "QUARTERMASTER_DIRECTORY_FILE": "directory.yaml",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing of the machine's own environment that settings would read."""
    for name in list(os.environ):
        if name.startswith("QUARTERMASTER_") or name in ENOUGH:
            monkeypatch.delenv(name)
    return monkeypatch


def give(environment: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in {**ENOUGH, **more}.items():
        environment.setenv(name, value)


def test_every_missing_key_is_named_as_it_is_to_be_set() -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(Settings)
    for name in ENOUGH:
        assert name in str(refused.value)


def test_a_wrong_value_is_named_and_a_secret_in_it_is_not_shown(environment: pytest.MonkeyPatch) -> None:
    give(environment, DATABASE_URL="mysql://u:not-to-be-shown@h/d", QUARTERMASTER_LOG_FORMAT="xml")
    with pytest.raises(ConfigurationError) as refused:
        read(Settings)
    assert "DATABASE_URL" in str(refused.value)
    assert "QUARTERMASTER_LOG_FORMAT" in str(refused.value)
    assert "not-to-be-shown" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_settings_are_frozen_and_hide_the_password(environment: pytest.MonkeyPatch) -> None:
    give(environment)
    settings = read(Settings)
    assert "not-to-be-shown" in str(settings.database_url)
    assert "not-to-be-shown" not in repr(settings)
    assert "not-to-be-shown" not in str(settings)
    with pytest.raises(ValidationError):
        settings.topic_prefix = "other."  # type: ignore[misc]  # that it is refused is the test
    assert settings.topic_prefix == "quartermaster."
    assert settings.directory_file == Path("directory.yaml")


def test_time_is_real_unless_a_scenario_gives_it(environment: pytest.MonkeyPatch) -> None:
    give(environment)
    assert isinstance(read(Settings).clock(), SystemClock)
    started = datetime.now(UTC) - timedelta(hours=1)
    give(
        environment,
        QUARTERMASTER_CLOCK_EPOCH="2024-11-04T09:00:00Z",
        QUARTERMASTER_CLOCK_STARTED=started.isoformat(),
        QUARTERMASTER_CLOCK_SPEED="24",
    )
    clock = read(Settings).clock()
    assert isinstance(clock, ScenarioClock)
    assert clock.now() >= datetime(2024, 11, 5, 9, tzinfo=UTC)
