"""What every source's tests may ask for: a served intake on a real database."""

from __future__ import annotations

from tests.sources.door import door, pool

__all__ = ["door", "pool"]
