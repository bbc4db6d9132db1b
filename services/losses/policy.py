"""The policy for losses, read from its file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from services.errors import ConfigurationError
from services.losses.rules.guards import Policy

POLICY = Path(__file__).with_name("policy.yaml")


@cache
def load_policy(path: Path = POLICY) -> Policy:
    """Read the file, once. Raises ConfigurationError naming what is wrong."""
    try:
        policy = msgspec.yaml.decode(path.read_bytes(), type=Policy)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"loss policy {path.name}: {error}") from None
    for name in ("write_off_unwiped_after_days", "request_reports_within_days", "people_kept_days"):
        if getattr(policy, name) < 0:
            raise ConfigurationError(f"loss policy {path.name}: {name} must not be negative")
    return policy
