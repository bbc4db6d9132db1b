"""What every test may ask for. The fixtures live in tests/fixtures, one file a subject."""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.brokers"]
