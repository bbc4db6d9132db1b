"""The moment and the units that translations are tested in."""

from __future__ import annotations

from datetime import UTC, datetime

from services.intake.translation import Context

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
CONTEXT = Context(NOW, {"central west": "central-west", "central-west": "central-west"})
