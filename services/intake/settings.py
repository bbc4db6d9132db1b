"""What intake is told from outside. A source whose settings are absent is off; half of them is a mistake."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PositiveSeconds = Annotated[float, Field(gt=0)]
PositiveBytes = Annotated[int, Field(gt=0)]


class IntakeSettings(BaseSettings):
    """Where intake listens, and how much it takes from any one sender."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    intake_host: str = "127.0.0.1"
    intake_port: Annotated[int, Field(ge=0, le=65535)] = 8401
    """0 takes a free one."""
    intake_maximum_body_bytes: PositiveBytes = 1024 * 1024
    intake_rate_per_second: Annotated[float, Field(gt=0)] = 1000.0
    """Deliveries a source may send on average, in each process."""
    intake_burst: Annotated[int, Field(gt=0)] = 10_000
    """Deliveries a source may send at once before the rate counts."""
    intake_rates: dict[str, float] = {}
    """Sources with a rate of their own, as JSON: {"jamf": 50}."""
    intake_silent_after_hours: dict[str, Annotated[float, Field(gt=0)] | None] = {}
    """Sources that may be silent for another time than they declare, as JSON: {"jamf": 72, "intune": null}.

    Hours of business time; null: for as long as it likes.
    """


class SourceSettings(BaseSettings):
    """A source's own settings. `TOGETHER` names keys of which all are set or none; `SECRETS` those that are lists of
    secrets with commas between: old and new are both valid while one is changed.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    TOGETHER: ClassVar[tuple[tuple[str, ...], ...]] = ()
    SECRETS: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _whole_or_absent(self) -> SourceSettings:
        for keys in self.TOGETHER:
            missing = [key.upper() for key in keys if getattr(self, key) is None]
            if missing and len(missing) < len(keys):
                raise ValueError(
                    f"{', '.join(missing)} must be set too, or none of {', '.join(k.upper() for k in keys)}"
                )
        for key in self.SECRETS:
            if getattr(self, key) is not None and not secrets_in(getattr(self, key)):
                raise ValueError(f"{key.upper()} is set but holds no secret")
        return self


def secrets_in(words: SecretStr | None) -> list[str]:
    """The secrets of a list with commas between."""
    return [each for part in (words.get_secret_value().split(",") if words else ()) if (each := part.strip())]
