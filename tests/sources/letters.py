"""A planner at the dead letters, for tests that mend something and try again."""

from __future__ import annotations

from schemas.topics import DEFAULT_PREFIX
from services.access.directory import Directory, Unit
from services.clock import FixedClock
from services.database.pool import Pool
from services.intake.commands import DeadLetters
from tests.fixtures.people import viewer
from tests.unit.intake.context import NOW

HELEN = viewer("Helen Marsh")


def dead_letters(pool: Pool, *more_units: str) -> DeadLetters:
    """The commands on a database. `more_units` are names the directory has beside Central West."""
    units = [Unit(code=name.lower().replace(" ", "-"), name=name) for name in ("Central West", *more_units)]
    return DeadLetters(pool, FixedClock(NOW), Directory(units, []), DEFAULT_PREFIX)
