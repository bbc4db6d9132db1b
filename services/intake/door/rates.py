"""How fast a sender may speak. Pure: the time is an argument."""

from __future__ import annotations


class Allowance:
    """A bucket that fills at `per_second` up to `burst`; every delivery takes one."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._left = float(burst)
        self._at: float | None = None

    def take(self, now: float) -> float:
        """0.0 if there was one left to take at `now` (monotonic seconds), else the seconds until there is."""
        if self._at is not None:
            self._left = min(self._left + max(now - self._at, 0.0) * self._per_second, self._burst)
        self._at = now
        if self._left >= 1.0:
            self._left -= 1.0
            return 0.0
        return (1.0 - self._left) / self._per_second
