"""What every test may ask for. The fixtures live in tests/fixtures, one file a subject."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.brokers"]

# Both of hypothesis's limits are of wall time, so a machine with much to do fails tests of rules that take a
# millisecond; every test has pytest's own timeout. Everything else stays as it is where the tests run (CI has its own).
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
