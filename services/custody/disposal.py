"""Reading the disposal policy, once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from services.custody.rules.disposal import DisposalPolicy
from services.errors import ConfigurationError

POLICY_FILE = Path(__file__).parent / "disposal.yaml"


@cache
def disposal_policy(path: Path = POLICY_FILE) -> DisposalPolicy:
    """The policy in force. Raises ConfigurationError naming the place that is wrong."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=DisposalPolicy)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"disposal policy {path.name}: {error}") from None
