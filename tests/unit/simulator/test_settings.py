"""Settings come from the environment, keep secrets to themselves, and take the stack's clock if given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pydantic
import pytest

from deploy.local.simulator.settings import Settings


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_URL", "http://intake.example:8081")
    monkeypatch.setenv("SERVICENOW_PASSWORD", "not-shown")
    monkeypatch.setenv("MISCHIEF__REPEAT_SHARE", "0.25")
    settings = Settings()
    assert settings.intake_url == "http://intake.example:8081"
    assert settings.mischief.repeat_share == 0.25
    assert "not-shown" not in repr(settings)


def test_the_stacks_clock_is_taken() -> None:
    epoch, started = datetime(2024, 11, 4, 9, tzinfo=UTC), datetime.now(UTC) - timedelta(seconds=10)
    settings = Settings(
        quartermaster_clock_epoch=epoch,
        quartermaster_clock_started=started,
        quartermaster_clock_speed=3_600.0,
    )
    now = settings.clock(epoch, started).now()
    assert epoch + timedelta(hours=9.9) < now < epoch + timedelta(hours=12)
    assert settings.speed == 3_600.0


def test_without_a_clock_time_goes_on_where_it_stopped() -> None:
    reached = datetime(2024, 12, 1, tzinfo=UTC)
    settings = Settings(simulator_speed=60.0)
    assert reached <= settings.clock(reached, datetime.now(UTC)).now() < reached + timedelta(minutes=10)


@pytest.mark.parametrize(
    "given",
    [
        {"quartermaster_clock_epoch": datetime(2024, 11, 4, tzinfo=UTC)},
        {
            "quartermaster_clock_epoch": datetime(2024, 11, 4),  # noqa: DTZ001 - a moment without zone is the point
            "quartermaster_clock_started": datetime(2026, 11, 4, tzinfo=UTC),
        },
        {"mischief": {"repeat_share": 1.5}},
        {"mischief": {"repeats": 0.5}},
    ],
)
def test_half_settings_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Settings(**given)  # type: ignore[arg-type]  # wrong on purpose
