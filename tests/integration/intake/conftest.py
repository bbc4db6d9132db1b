"""The fixtures of tests/sources/door.py, for what concerns no one source."""

from __future__ import annotations

from tests.sources.door import door, pool

__all__ = ["door", "pool"]
