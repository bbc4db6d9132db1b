"""What a process is told from outside: read once from the environment, frozen, typed, secrets hidden.

The plain names (`DATABASE_URL`, `KAFKA_BOOTSTRAP_SERVERS`) are the ones hosting platforms already set; everything
of our own begins with `QUARTERMASTER_`. A service's own settings stand in its folder and are read the same way.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, PostgresDsn, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.topics import DEFAULT_PREFIX
from services.clock import Clock, ScenarioClock, SystemClock
from services.errors import ConfigurationError

SettingsType = TypeVar("SettingsType", bound=BaseSettings)


class DatabaseSettings(BaseSettings):
    """All that a command needs which only looks into the database."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="QUARTERMASTER_")

    database_url: PostgresDsn = Field(validation_alias="DATABASE_URL", repr=False)
    """Not shown where settings are: it holds a password."""


class Settings(DatabaseSettings):
    """Every process has these."""

    kafka_bootstrap_servers: str = Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    kafka_idempotence: bool = True
    """Off only for the embedded broker, which refuses idempotent producers."""
    kafka_replication_factor: int = 1
    """Copies of each topic we create; 3 on a cluster of three brokers or more."""
    topic_prefix: str = DEFAULT_PREFIX
    directory_file: Path
    policy_file: Path = Path(__file__).parent / "refresh" / "policies" / "metropolitan.yaml"
    dead_letter_keep_days: Annotated[int, Field(ge=0)] = 30
    """Real days after which a settled dead letter loses its bytes; an open one keeps them for as long as it is open."""
    clock_epoch: datetime | None = None
    clock_started: datetime | None = None
    clock_speed: float = 1.0
    health_port: int = 0
    """Port of /health and /metrics on loopback; 0 takes a free one."""
    log_format: str = Field(default="json", pattern="^(json|console)$")
    log_level: str = "INFO"

    def clock(self) -> Clock:
        """Real time, or scenario time where the clock settings give it."""
        if self.clock_epoch is None or self.clock_started is None:
            return SystemClock()
        return ScenarioClock(self.clock_epoch, self.clock_started, self.clock_speed)


def read(kind: type[SettingsType]) -> SettingsType:
    """Read settings from the environment. Raises ConfigurationError naming every missing or wrong key."""
    try:
        return kind()
    except ValidationError as error:
        wrong = "; ".join(f"{_key(kind, each['loc'])}{each['msg']}" for each in error.errors())
        raise ConfigurationError(f"settings are incomplete: {wrong}") from None


def _key(kind: type[BaseSettings], place: tuple[int | str, ...]) -> str:
    """The name that is to be set in the environment, with a colon; empty for what concerns several together.

    A field that has an alias is called by it already.
    """
    if not place:
        return ""
    first, *rest = map(str, place)
    name = (kind.model_config.get("env_prefix", "") + first).upper() if first in kind.model_fields else first
    return ".".join([name, *rest]) + ": "
