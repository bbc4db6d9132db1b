"""Fresh ids and message timestamps, the only randomness and the only order of the workspace."""

from __future__ import annotations

import secrets
from collections.abc import Callable

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Identities:
    """Gives out ids in Slack's shapes and timestamps that only grow."""

    def __init__(self, now: Callable[[], float], latest_ts: str) -> None:
        self._now = now
        self._latest = _micros(latest_ts)

    def ts(self) -> str:
        """A message timestamp: now in microseconds, never one given before."""
        self._latest = max(self._latest + 1, int(self._now() * 1_000_000))
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06d}"

    @staticmethod
    def make(prefix: str, length: int = 10) -> str:
        """A random id such as `V07QK2M4C1D`."""
        return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))

    @staticmethod
    def short() -> str:
        """What Slack puts where an app left out a block_id or action_id."""
        return secrets.token_urlsafe(4)[:5]


def _micros(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction or 0)
