"""A migrated database's pool, as intake uses it."""

from __future__ import annotations

from tests.sources.door import pool

__all__ = ["pool"]
