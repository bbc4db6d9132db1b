"""Which devices check in when: each once in so many days, at a time of day of its own, most in the morning.

A device keeps its slot, so that one that misses it is truly idle and the stream's rate holds from day to day.
"""

from __future__ import annotations

import bisect
import itertools
import random
from datetime import datetime

from deploy.local.scenarios.scenario import Scenario
from deploy.local.simulator.moments import LONDON

STEP_SECONDS = 300
_STEPS_AN_HOUR = 3_600 // STEP_SECONDS
_STEPS_A_DAY = 24 * _STEPS_AN_HOUR


class Rota:
    """Slots of (day of the cycle, step of the day), each with the devices that speak then."""

    def __init__(self, scenario: Scenario) -> None:
        self._seed = scenario.scenario.seed
        self._days = scenario.check_ins.every_days
        self._reach = list(itertools.accumulate(scenario.check_ins.hours))
        self._slots: dict[tuple[int, int], list[int]] = {}

    def add(self, number: int) -> None:
        """Give a device its slot."""
        rng = random.Random(self._seed * 1_000_003 + number)
        place = rng.random() * self._reach[-1]
        hour = bisect.bisect(self._reach, place)
        slot = (int(rng.random() * self._days), hour * _STEPS_AN_HOUR + int(rng.random() * _STEPS_AN_HOUR))
        self._slots.setdefault(slot, []).append(number)

    def due(self, moment: datetime) -> list[int]:
        """The devices whose slot a step beginning at this moment is, in London's time of day."""
        local = moment.astimezone(LONDON)
        step = (local.hour * 60 + local.minute) * 60 // STEP_SECONDS % _STEPS_A_DAY
        return self._slots.get((local.toordinal() % self._days, step), [])
