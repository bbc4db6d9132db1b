"""What intake is told from outside. A source whose settings are absent is off; half of them is a mistake."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PositiveSeconds = Annotated[float, Field(gt=0)]


class IntakeSettings(BaseSettings):
    """Secrets of senders are lists with commas between: old and new are both valid while one is changed."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    intake_host: str = "127.0.0.1"
    intake_port: Annotated[int, Field(ge=0, le=65535)] = 8401
    """0 takes a free one."""
    intake_maximum_body_bytes: Annotated[int, Field(gt=0)] = 1024 * 1024
    intake_maximum_extract_bytes: Annotated[int, Field(gt=0)] = 16 * 1024 * 1024

    intune_tenant_id: str | None = None
    intune_client_id: str | None = None
    intune_client_secret: SecretStr | None = None
    intune_graph_url: HttpUrl = HttpUrl("https://graph.microsoft.com")
    intune_login_url: HttpUrl = HttpUrl("https://login.microsoftonline.com")
    intune_scope: str = "https://graph.microsoft.com/.default"
    intune_poll_seconds: PositiveSeconds = 300.0
    """Real seconds, as all of these."""

    jamf_webhook_secrets: SecretStr | None = None
    jamf_proof_header: str = "X-Quartermaster-Secret"
    jamf_basic_user: str | None = None
    jamf_basic_password: SecretStr | None = None

    servicenow_url: HttpUrl | None = None
    servicenow_user: str | None = None
    servicenow_password: SecretStr | None = None
    servicenow_poll_seconds: PositiveSeconds = 60.0
    servicenow_push_secrets: SecretStr | None = None

    finance_secrets: SecretStr | None = None

    @model_validator(mode="after")
    def _whole_or_absent(self) -> IntakeSettings:
        for keys in (
            ("intune_tenant_id", "intune_client_id", "intune_client_secret"),
            ("servicenow_url", "servicenow_user", "servicenow_password"),
            ("jamf_basic_user", "jamf_basic_password"),
        ):
            missing = [key.upper() for key in keys if getattr(self, key) is None]
            if missing and len(missing) < len(keys):
                raise ValueError(
                    f"{', '.join(missing)} must be set too, or none of {', '.join(k.upper() for k in keys)}"
                )
        for key in ("jamf_webhook_secrets", "servicenow_push_secrets", "finance_secrets"):
            if getattr(self, key) is not None and not secrets_in(getattr(self, key)):
                raise ValueError(f"{key.upper()} is set but holds no secret")
        return self


def secrets_in(words: SecretStr | None) -> list[str]:
    """The secrets of a list with commas between."""
    return [each for part in (words.get_secret_value().split(",") if words else ()) if (each := part.strip())]
