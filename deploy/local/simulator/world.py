"""Everything the vendors know, at a moment of the scenario: stand-ins answer from it, live events change it.

A world is rebuilt, never saved: the start follows from the seed, each step from the seed and its number.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from deploy.local.scenarios.directory import Directory
from deploy.local.scenarios.scenario import Scenario
from deploy.local.simulator.fleet.device import IN_USE, Device, Holder
from deploy.local.simulator.fleet.generation import generate
from deploy.local.simulator.identifiers import digest
from deploy.local.simulator.incidents import Incident
from deploy.local.simulator.live.rota import Rota
from deploy.local.simulator.moments import microseconds
from deploy.local.simulator.orders import Buyer, Order, opening_orders
from deploy.local.simulator.outbound import Outbound
from deploy.local.simulator.servicenow.update_order import UpdateOrder

Happening = Callable[["World", int, Outbound], None]


class World:
    """Fleet, incidents, orders, and what is due to happen. Not safe for threads: one event loop owns it."""

    def __init__(self, scenario: Scenario, directory: Directory) -> None:
        fleet = generate(scenario, directory)
        self.scenario = scenario
        self.seed = scenario.scenario.seed
        self.starts = microseconds(scenario.scenario.starts)
        self.unit_names = {unit.code: unit.name for unit in directory.units}
        self.boroughs = {unit.code: unit.boroughs for unit in directory.units}
        self.parents = {unit.code: unit.parent for unit in directory.units}
        self.people = fleet.people
        self.models = fleet.models
        self.versions = fleet.versions
        self.kinds = {plan.kind: plan for plan in scenario.kinds}
        self.devices: list[Device] = []
        self.microsoft: list[Device] = []
        self.held: dict[int, list[Device]] = {}
        self.incidents: list[Incident] = []
        self.incident_order = UpdateOrder()
        self.buyer = Buyer(scenario, fleet.models)
        self.orders: list[Order] = opening_orders(scenario, self.buyer)
        self.rota = Rota(scenario)
        self._due: list[tuple[int, int, Happening]] = []
        self._sequence = 0
        self.hardware_order = UpdateOrder(
            (device.updated, self.hardware_id(device), device.number) for device in fleet.devices
        )
        idle_before = self.starts - scenario.check_ins.idle_days[0] * 86_400_000_000
        for device in fleet.devices:
            self._enter(device, on_rota=device.last_sync > idle_before)

    @property
    def acting_devices(self) -> int:
        """The first so many devices belong to acting people; chance leaves them alone."""
        return len(self.scenario.holdings)

    def hardware_id(self, device: Device) -> str:
        """The device's sys_id in alm_hardware."""
        return digest(self.seed, "alm_hardware", device.number)

    def incident_id(self, incident: Incident) -> str:
        """The incident's sys_id."""
        return digest(self.seed, "incident", incident.number)

    def asset_tag(self, device: Device) -> str:
        return f"{self.scenario.scenario.asset_prefix}-{device.number + 1:06d}"

    def add_device(self, device: Device) -> None:
        """A device that came after the start. Its number is its place in `devices`."""
        self.hardware_order.add(device.updated, self.hardware_id(device), device.number)
        self._enter(device, on_rota=False)

    def put_on_rota(self, device: Device) -> None:
        """From now on the device checks in."""
        self.rota.add(device.number)

    def _enter(self, device: Device, *, on_rota: bool) -> None:
        assert device.number == len(self.devices)
        self.devices.append(device)
        if device.model.vendor == "microsoft":
            self.microsoft.append(device)
        if device.holder is not None:
            self.held.setdefault(device.holder.number, []).append(device)
        if device.managed and device.status == IN_USE and on_rota:
            self.rota.add(device.number)

    def give(self, device: Device, holder: Holder | None) -> None:
        """The device changes hands; with None it goes back to stock."""
        if device.holder is not None:
            self.held[device.holder.number].remove(device)
        device.holder = holder
        if holder is not None:
            device.unit = holder.unit
            self.held.setdefault(holder.number, []).append(device)

    def record(self, device: Device, at: int, status: int, substatus: str, outbound: Outbound) -> None:
        """The service desk writes the asset's new state down."""
        was, device.updated = device.updated, _whole(at, device.updated)
        device.mod_count += 1
        device.status, device.substatus = status, substatus
        self.hardware_order.move(was, device.updated, self.hardware_id(device), device.number)
        outbound.hardware(device, "update")

    def open_incident(self, incident: Incident, outbound: Outbound) -> None:
        """A new incident; its number is its place in `incidents`."""
        incident.opened = incident.updated = _whole(incident.opened, 0)
        self.incidents.append(incident)
        self.incident_order.add(incident.updated, self.incident_id(incident), incident.number)
        outbound.incident(incident, "insert")

    def change_incident(self, incident: Incident, at: int, state: int, outbound: Outbound) -> None:
        """An incident moves on to another state."""
        was, incident.updated = incident.updated, _whole(at, incident.updated)
        incident.state = state
        incident.mod_count += 1
        self.incident_order.move(was, incident.updated, self.incident_id(incident), incident.number)
        outbound.incident(incident, "update")

    def later(self, at: int, happening: Happening) -> None:
        """Let something happen at a moment; equal moments keep the order in which they were asked for."""
        self._sequence += 1
        heapq.heappush(self._due, (at, self._sequence, happening))

    def happen(self, until: int, outbound: Outbound) -> None:
        """Everything due before `until` happens, including what that in turn makes due."""
        while self._due and self._due[0][0] < until:
            at, _, happening = heapq.heappop(self._due)
            happening(self, at, outbound)

    def moment(self, step: int, seconds_a_step: int) -> datetime:
        """When a step begins."""
        return self.scenario.scenario.starts.astimezone(UTC) + timedelta(seconds=step * seconds_a_step)


def _whole(at: int, not_before: int) -> int:
    """ServiceNow keeps whole seconds, and a record's last change never moves back."""
    return max(at // 1_000_000 * 1_000_000, not_before)
