"""What the bot is told from outside: Slack's secrets, by which door Slack comes, which channel hears which alerts."""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{8,}")
SLACK_API = "https://slack.com/api/"


class BotSettings(BaseSettings):
    """With `SLACK_APP_TOKEN` the bot uses Socket Mode; with `SLACK_SIGNING_SECRET` alone it listens on `BOT_PORT`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    bot_token: SecretStr = Field(validation_alias="SLACK_BOT_TOKEN")
    app_token: SecretStr | None = Field(default=None, validation_alias="SLACK_APP_TOKEN")
    signing_secret: SecretStr | None = Field(default=None, validation_alias="SLACK_SIGNING_SECRET")
    base_url: str = Field(default=SLACK_API, validation_alias="SLACK_BASE_URL")
    host: str = Field(default="0.0.0.0", validation_alias="BOT_HOST")  # noqa: S104 - a container's only door
    port: int = Field(default=3000, validation_alias="BOT_PORT")
    """Port for HTTP deliveries; 0 takes a free one. Unused in Socket Mode."""
    channel_budget: str = Field(default="budget", validation_alias="BOT_CHANNEL_BUDGET")
    channel_commercial: str = Field(default="commercial", validation_alias="BOT_CHANNEL_COMMERCIAL")
    """What names contracts and orders, for those alone who see prices. A private channel goes by its id (C…)."""
    channel_fleet: str = Field(default="fleet", validation_alias="BOT_CHANNEL_FLEET")
    channel_operations: str = Field(default="operations", validation_alias="BOT_CHANNEL_OPERATIONS")

    channel_security: str = Field(default="device-security", validation_alias="BOT_CHANNEL_SECURITY")
    """Who looks after lost and stolen devices: a public channel by its name, or a private one by its id (C…)."""

    @model_validator(mode="after")
    def _has_a_door(self) -> Self:
        if self.app_token is None and self.signing_secret is None:
            raise ValueError("set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP")
        return self

    @property
    def socket_mode(self) -> bool:
        """True if Slack is reached through a websocket of ours, false if Slack calls our port."""
        return self.app_token is not None

    @property
    def security_destination(self) -> str:
        """Where messages about losses go. A private channel has no name that we could look up: it goes by its id."""
        return _destination(self.channel_security)

    def channel_for(self, audience: str) -> str:
        """The channel name for an alert's audience; what has no channel of its own goes to operations."""
        channels = {
            "budget": self.channel_budget,
            "commercial": self.channel_commercial,
            "fleet": self.channel_fleet,
        }
        return channels.get(audience, self.channel_operations)

    def destination_for(self, audience: str) -> str:
        """Where an alert's message goes: a channel by its name or, such as a private one, by its id."""
        return _destination(self.channel_for(audience))


def _destination(channel: str) -> str:
    return f"{'channel' if _CHANNEL_ID.fullmatch(channel) else 'name'}:{channel}"
