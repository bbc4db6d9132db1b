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
    jamf_client_secret: str
    mdm_intune_client_secret: str
    mdm_jamf_client_secret: str

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
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
        made = cls.make()
        whole = msgspec.structs.replace(made, **{name: kept[name] for name in cls.__struct_fields__ if name in kept})
        if kept.keys() < set(cls.__struct_fields__):  # a folder of a release that had fewer keeps those it has
            beside = path.with_suffix(".new")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(whole))
            beside.replace(path)
        return whole
