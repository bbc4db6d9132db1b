"""What an answer needs at hand: a pool for questions, the services' commands, the clock, the directory. Handed in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date

from services.access.directory import Directory
from services.budget.commands import Budgets
from services.clock import Clock, london_date
from services.custody.commands import Certificates, Custodies
from services.database.pool import Pool
from services.intake.commands import DeadLetters
from services.losses.commands import Losses
from services.refresh.commands import PlannedDemands, Waves
from services.register.commands import Conflicts
from services.requests.commands import Deliveries, Leaving, Requests
from services.watch.commands import Alerts


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """One a process. `pool` reads; the commands have their own."""

    pool: Pool
    clock: Clock
    directory: Directory
    commands: Requests
    conflicts: Conflicts
    letters: DeadLetters
    waves: Waves
    demands: PlannedDemands
    budgets: Budgets
    deliveries: Deliveries
    leaving: Leaving
    losses: Losses
    custodies: Custodies
    certificates: Certificates
    alerts: Alerts

    @property
    def today(self) -> date:
        """The day in London."""
        return london_date(self.clock.now())

    @property
    def unit_names(self) -> Mapping[str, str]:
        """Unit code → the name people know."""
        return {code: unit.name for code, unit in self.directory.units.items()}
