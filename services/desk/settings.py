"""What the desk is told from outside. `DESK_SYSTEM` names the desk; half of its settings is a mistake."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.desk.desks.servicenow import CLOSE_CODE, TableName

_NEEDED = {
    "servicenow": ("desk_servicenow_url", "desk_servicenow_user", "desk_servicenow_password"),
    "jira": ("desk_jira_url", "desk_jira_email", "desk_jira_token", "desk_jira_project"),
}
_HERE = ("127.0.0.1", "localhost")


class DeskSettings(BaseSettings):
    """Without a system the service keeps what is wanted of each ticket and sends nothing."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    desk_system: Literal["none", "servicenow", "jira"] = "none"
    desk_deployment: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")] = "quartermaster"
    """Begins what our tickets carry as their key; differs between deployments that share a desk."""

    desk_servicenow_url: HttpUrl | None = None
    desk_servicenow_user: str | None = None
    desk_servicenow_password: SecretStr | None = None
    desk_servicenow_table: TableName = "incident"
    desk_servicenow_close_code: str = CLOSE_CODE

    desk_jira_url: HttpUrl | None = None
    desk_jira_email: str | None = None
    desk_jira_token: SecretStr | None = None
    desk_jira_project: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]+$")] | None = None
    desk_jira_issue_type: str = "[System] Service request"
    desk_jira_start_transition: str = "In progress"
    desk_jira_resolve_transition: str = "Resolve this issue"
    desk_jira_cancel_transition: str = "Cancel request"

    @model_validator(mode="after")
    def _whole_or_absent(self) -> DeskSettings:
        for system, keys in _NEEDED.items():
            missing = [key.upper() for key in keys if getattr(self, key) is None]
            if self.desk_system == system and missing:
                raise ValueError(f"{', '.join(missing)} must be set too where DESK_SYSTEM is {system}")
            if self.desk_system == "none" and len(missing) < len(keys):
                raise ValueError(f"DESK_SYSTEM is none: it must be {system}, or {_listed(keys)} be left out")
        for key in ("desk_servicenow_url", "desk_jira_url"):
            url: HttpUrl | None = getattr(self, key)
            if url is not None and url.scheme != "https" and url.host not in _HERE:
                raise ValueError(f"{key.upper()} must begin with https: our credentials travel with every call")
        return self


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(key.upper() for key in keys)
