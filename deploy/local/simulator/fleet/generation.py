"""The whole fleet at the moment the scenario starts, from the scenario and its seed alone."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta

from deploy.local.scenarios.directory import Directory
from deploy.local.scenarios.scenario import KindPlan, ModelPlan, Platform, Scenario, month_of, months_later
from deploy.local.simulator.fleet.device import (
    IN_STOCK,
    IN_USE,
    RETIRED,
    Action,
    Device,
    Holder,
    Model,
)
from deploy.local.simulator.fleet.people import people_of
from deploy.local.simulator.fleet.serials import serial_of
from deploy.local.simulator.moments import MICROSECONDS, microseconds, midday

DAY = 86_400 * MICROSECONDS
_HELD_KINDS = {"laptop", "smartphone", "tablet"}


@dataclasses.dataclass(slots=True)
class Fleet:
    """Everything that exists at the start: people, models and devices, the acting people's devices first."""

    people: list[Holder]
    models: list[Model]
    devices: list[Device]
    versions: dict[Platform, list[str]]


def generate(scenario: Scenario, directory: Directory) -> Fleet:
    """The fleet of a scenario. The same scenario and directory give the same fleet, device by device."""
    rng = random.Random(scenario.scenario.seed)
    people = people_of(scenario, directory, rng)
    models = [
        Model.of(number, kind, plan)
        for number, (kind, plan) in enumerate((k.kind, plan) for k in scenario.kinds for plan in k.models)
    ]
    versions = {platform.platform: platform.versions for platform in scenario.platforms}
    fleet = Fleet(people, models, [], versions)
    _Maker(scenario, fleet, rng).make()
    return fleet


class _Maker:
    """Makes device after device; holds what stays the same from one to the next."""

    def __init__(self, scenario: Scenario, fleet: Fleet, rng: random.Random) -> None:
        self.scenario = scenario
        self.fleet = fleet
        self.random = rng.random
        self.starts = microseconds(scenario.scenario.starts)
        self.units = list(scenario.units.weights)
        self.reach = list(itertools.accumulate(scenario.units.weights.values()))
        self.by_name = {(model.kind, model.plan.name): model for model in fleet.models}
        self.every = scenario.check_ins.every_days * DAY

    def make(self) -> None:
        held: dict[str, int] = {}
        by_email = {person.email: person for person in self.fleet.people}
        for holding in self.scenario.holdings:
            model = self.by_name[holding.kind, holding.model]
            holder = by_email[holding.holder]
            held[model.kind] = held.get(model.kind, 0) + 1
            self._add(model, holding.bought, holder.unit, holder, IN_USE, "", idle=False)
        for plan in self.scenario.kinds:
            self._make_kind(plan, self.scenario.count_of(plan) - held.get(plan.kind, 0))

    def _make_kind(self, plan: KindPlan, count: int) -> None:
        takers = self._takers(plan)
        idle_share = self.scenario.check_ins.idle_share.get(plan.kind, 0.0)
        for model_plan, number in shares(plan.models, count):
            model = self.by_name[plan.kind, model_plan.name]
            days = _purchase_days(model_plan)
            for _ in range(number):
                day = days[int(self.random() * len(days))]
                status, substatus = self._state(plan)
                holder = next(takers, None) if status == IN_USE else None
                unit = holder.unit if holder else self._unit()
                self._add(model, day, unit, holder, status, substatus, idle=self.random() < idle_share)

    def _takers(self, plan: KindPlan) -> Iterator[Holder]:
        """People in an order of their own for each kind, so that not everyone with a laptop has a phone."""
        if plan.kind not in _HELD_KINDS:
            return iter(())
        order = [person for person in self.fleet.people if not person.acting]
        random.Random(f"{self.scenario.scenario.seed}:{plan.kind}").shuffle(order)
        return iter(order)

    def _state(self, plan: KindPlan) -> tuple[int, str]:
        roll = self.random()
        if roll < plan.retired_share:
            return RETIRED, "disposed"
        if roll < plan.retired_share + plan.awaiting_sanitisation_share:
            return IN_STOCK, "pending_disposal"
        return (IN_STOCK, "available") if self.random() < plan.in_stock_share else (IN_USE, "")

    def _unit(self) -> str:
        return self.units[bisect.bisect(self.reach, self.random() * self.reach[-1])]

    def _add(
        self,
        model: Model,
        bought: date,
        unit: str,
        holder: Holder | None,
        status: int,
        substatus: str,
        *,
        idle: bool,
    ) -> None:
        number = len(self.fleet.devices)
        created = midday(bought)
        managed = status == IN_USE and bool(model.vendor)
        deployed = min(created + int((5 + self.random() * 30) * DAY), self.starts - DAY)
        versions = self.fleet.versions[model.plan.platform]
        device = Device(
            number=number,
            model=model,
            serial=serial_of(model.plan.manufacturer, number),
            unit=unit,
            holder=holder,
            purchased=bought,
            enrolled=deployed if managed else 0,
            last_sync=self._last_sync(deployed, idle=idle) if managed else 0,
            os_version=versions[max(0, len(versions) - 1 - int(self.random() ** 2 * len(versions)))],
            status=status,
            substatus=substatus,
            managed=managed,
            created=created,
            updated=_whole_seconds(deployed + int(self.random() * (self.starts - deployed))),
            mod_count=1 + int(self.random() * 9),
        )
        if substatus == "pending_disposal" and model.vendor == "microsoft" and self.random() < 0.03:
            self._await_wipe(device, deployed)
        self.fleet.devices.append(device)

    def _last_sync(self, deployed: int, *, idle: bool) -> int:
        if idle:
            low, high = self.scenario.check_ins.idle_days
            return max(deployed, self.starts - int((low + self.random() * (high - low)) * DAY))
        return max(deployed, self.starts - int(self.random() * self.every))

    def _await_wipe(self, device: Device, deployed: int) -> None:
        asked = self.starts - int((1 + self.random() * 20) * DAY)
        device.managed = True
        device.enrolled = deployed
        device.last_sync = max(deployed, asked - int(self.random() * self.every))
        device.action = Action("wipe", "pending", asked, asked)


def shares(models: list[ModelPlan], count: int) -> Iterator[tuple[ModelPlan, int]]:
    """`count` split over the models by weight, whole devices, adding up to exactly `count`."""
    total = sum(model.weight for model in models)
    reached, given = 0.0, 0
    for model in models:
        reached += model.weight
        upto = round(count * reached / total)
        yield model, upto - given
        given = upto


def _purchase_days(plan: ModelPlan) -> list[date]:
    first, last = month_of(plan.bought[0]), months_later(month_of(plan.bought[1]), 1)
    days = [first + timedelta(days=offset) for offset in range((last - first).days)]
    return [day for day in days if day.weekday() < 5]


def _whole_seconds(at: int) -> int:
    return at // MICROSECONDS * MICROSECONDS
