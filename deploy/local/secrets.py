"""The secrets of one local stack: random, made once for its folder, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec


class LocalSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """What the parts of a local stack prove themselves to one another with."""

    slack_bot_token: str
    slack_app_token: str
    slack_signing_secret: str
    intune_client_secret: str
    jamf_webhook_secret: str
    servicenow_password: str
    servicenow_push_secret: str
    finance_secret: str

    @classmethod
    def make(cls) -> LocalSecrets:
        """New ones."""
        chosen = {name: secrets.token_urlsafe(24) for name in cls.__struct_fields__}
        return cls(
            **chosen
            | {
                "slack_bot_token": f"xoxb-local-{secrets.token_hex(16)}",
                "slack_app_token": f"xapp-1-local-{secrets.token_hex(16)}",
            }
        )

    @classmethod
    def of(cls, folder: Path) -> LocalSecrets:
        """Those of a folder, made at its first use."""
        path = folder / "secrets.json"
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=cls)
        made = cls.make()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(made))
        return made
