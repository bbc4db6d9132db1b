"""The simulator's settings, read once from the environment; the defaults suit one machine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pydantic
import pydantic_settings

from deploy.local.simulator.mischief import Mischief
from services.clock import Clock, ScenarioClock


class Settings(pydantic_settings.BaseSettings):
    """What the simulator must be told. Durations are real seconds; speed is scenario a real second."""

    model_config = pydantic_settings.SettingsConfigDict(frozen=True, env_nested_delimiter="__", extra="ignore")

    intake_url: str = "http://127.0.0.1:8081"
    intune_tenant_id: str = "metropolitan.example"
    intune_client_id: str = "quartermaster"
    intune_client_secret: pydantic.SecretStr = pydantic.SecretStr("intune-local")
    # Who may send commands is another application than who may only read.
    mdm_intune_client_id: str = "quartermaster-commands"
    mdm_intune_client_secret: pydantic.SecretStr = pydantic.SecretStr("intune-commands-local")
    intune_token_seconds: int = pydantic.Field(default=3600, ge=1)
    jamf_webhook_secret: pydantic.SecretStr = pydantic.SecretStr("jamf-local")
    jamf_basic_user: str = ""
    jamf_client_id: str = "quartermaster"
    jamf_client_secret: pydantic.SecretStr = pydantic.SecretStr("jamf-local")
    mdm_jamf_client_id: str = "quartermaster-commands"
    mdm_jamf_client_secret: pydantic.SecretStr = pydantic.SecretStr("jamf-commands-local")
    servicenow_user: str = "quartermaster"
    servicenow_password: pydantic.SecretStr = pydantic.SecretStr("servicenow-local")
    servicenow_push_secret: pydantic.SecretStr = pydantic.SecretStr("servicenow-push-local")
    finance_secret: pydantic.SecretStr = pydantic.SecretStr("finance-local")

    simulator_state: Path | None = None
    simulator_live: bool = True
    # Without live events nothing happens by chance; with this, what is asked for over the APIs is done even so.
    simulator_obeys: bool = False
    # The longest that a wipe asked for over an API takes, in scenario hours; without it, as the scenario says.
    simulator_wipe_hours: float | None = pydantic.Field(default=None, gt=0)
    # Longest pause between two attempts at the same delivery.
    simulator_longest_wait: float = pydantic.Field(default=10.0, gt=0)
    simulator_at_once: int = pydantic.Field(default=16, ge=1, le=256)
    # Without the stack's clock, time goes on where the state file left it, this fast: a day a minute.
    simulator_speed: float = pydantic.Field(default=1440.0, gt=0)
    mischief: Mischief = Mischief()

    quartermaster_clock_epoch: datetime | None = None
    quartermaster_clock_started: datetime | None = None
    quartermaster_clock_speed: float = pydantic.Field(default=1.0, gt=0)

    @pydantic.model_validator(mode="after")
    def _clock_is_whole(self) -> Settings:
        given = [self.quartermaster_clock_epoch, self.quartermaster_clock_started]
        if any(given) and not all(moment is not None and moment.tzinfo is not None for moment in given):
            raise ValueError(
                "QUARTERMASTER_CLOCK_EPOCH and QUARTERMASTER_CLOCK_STARTED go together, each with its zone"
            )
        return self

    def clock(self, reached: datetime, now: datetime) -> Clock:
        """The clock to live by: the stack's if it gave one, else one that goes on from `reached`."""
        if self.quartermaster_clock_epoch is not None and self.quartermaster_clock_started is not None:
            return ScenarioClock(
                self.quartermaster_clock_epoch,
                self.quartermaster_clock_started,
                self.quartermaster_clock_speed,
            )
        return ScenarioClock(reached, now, self.simulator_speed)

    @property
    def speed(self) -> float:
        """Scenario seconds a real second."""
        given = self.quartermaster_clock_epoch is not None
        return self.quartermaster_clock_speed if given else self.simulator_speed
