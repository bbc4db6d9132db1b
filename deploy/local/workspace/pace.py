"""How fast an app may post into one conversation: a bucket that refills."""

from __future__ import annotations

import math
from collections.abc import Callable

from deploy.local.workspace.errors import RateLimitedError


class Pace:
    """A bucket of `burst` messages a conversation, refilled at `rate` a second."""

    def __init__(self, now: Callable[[], float], rate: float, burst: int) -> None:
        self._now = now
        self._rate = rate
        self._burst = burst
        self._levels: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, app: str, conversation: str) -> None:
        """Count one message. Raises RateLimitedError when the bucket is empty."""
        now = self._now()
        level, since = self._levels.get((app, conversation), (float(self._burst), now))
        level = min(float(self._burst), level + (now - since) * self._rate)
        if level < 1:
            raise RateLimitedError(max(1, math.ceil((1 - level) / self._rate)))
        self._levels[app, conversation] = (level - 1, now)
