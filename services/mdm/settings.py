"""What mdm is told from outside: the managements it may command. Half of one's settings is a mistake.

They are not intake's: whoever may wipe devices is an application of its own, and intake, which faces the world, is not.
"""

from __future__ import annotations

from pydantic import HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_TOGETHER = (
    ("mdm_intune_tenant_id", "mdm_intune_client_id", "mdm_intune_client_secret"),
    ("mdm_jamf_url", "mdm_jamf_client_id", "mdm_jamf_client_secret"),
)
_HERE = ("127.0.0.1", "localhost")


class MdmSettings(BaseSettings):
    """A management whose settings are absent is not commanded: what goes there is refused, with a sentence."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    mdm_intune_tenant_id: str | None = None
    mdm_intune_client_id: str | None = None
    mdm_intune_client_secret: SecretStr | None = None
    mdm_intune_graph_url: HttpUrl = HttpUrl("https://graph.microsoft.com")
    mdm_intune_login_url: HttpUrl = HttpUrl("https://login.microsoftonline.com")
    mdm_intune_scope: str = "https://graph.microsoft.com/.default"

    mdm_jamf_url: HttpUrl | None = None
    mdm_jamf_client_id: str | None = None
    mdm_jamf_client_secret: SecretStr | None = None

    @model_validator(mode="after")
    def _whole_or_absent(self) -> MdmSettings:
        for keys in _TOGETHER:
            missing = [key.upper() for key in keys if getattr(self, key) is None]
            if missing and len(missing) < len(keys):
                raise ValueError(
                    f"{', '.join(missing)} must be set too, or none of {', '.join(key.upper() for key in keys)}"
                )
        for key in ("mdm_intune_graph_url", "mdm_intune_login_url", "mdm_jamf_url"):
            url: HttpUrl | None = getattr(self, key)
            if url is not None and url.scheme != "https" and url.host not in _HERE:
                raise ValueError(f"{key.upper()} must begin with https: our credentials travel with every call")
        return self
