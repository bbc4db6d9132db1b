"""alm_hardware: every asset, monitors and disposed ones included, with its state, its unit and who has it."""

from __future__ import annotations

from collections.abc import Callable

from deploy.local.scenarios.scenario import months_later
from deploy.local.simulator.fleet.device import (
    IN_MAINTENANCE,
    IN_STOCK,
    IN_USE,
    MISSING,
    ON_ORDER,
    RETIRED,
    Device,
)
from deploy.local.simulator.identifiers import digest
from deploy.local.simulator.servicenow.cells import Cell, Choice, Moment, Reference
from deploy.local.simulator.world import World

STATES = {
    IN_USE: "In use",
    ON_ORDER: "On order",
    IN_MAINTENANCE: "In maintenance",
    IN_STOCK: "In stock",
    RETIRED: "Retired",
    MISSING: "Missing",
}


def _category(world: World, device: Device) -> Cell:
    kind = device.model.kind
    return Reference("cmdb_model_category", digest(world.seed, "category", kind), kind.capitalize())


def _model(world: World, device: Device) -> Cell:
    return Reference("cmdb_model", digest(world.seed, "cmdb_model", device.model.number), device.model.plan.name)


def _department(world: World, device: Device) -> Cell:
    return department(world, device.unit)


def department(world: World, unit: str) -> Reference:
    """A unit as a department: its display value is the unit's name."""
    return Reference("cmn_department", digest(world.seed, "cmn_department", unit), world.unit_names[unit])


def _assigned_to(world: World, device: Device) -> Cell:
    return user(world, device.holder.number) if device.holder else Reference("sys_user", "", "")


def user(world: World, number: int) -> Reference:
    """A person as a user: this instance displays users by their e-mail."""
    return Reference("sys_user", digest(world.seed, "sys_user", number), world.people[number].email)


def _warranty(world: World, device: Device) -> Cell:
    return months_later(device.purchased, device.model.plan.warranty_months).isoformat()


def _substatus(world: World, device: Device) -> Cell:
    return Choice(device.substatus, device.substatus.replace("_", " ").capitalize())


COLUMNS: dict[str, Callable[[World, Device], Cell]] = {
    "sys_id": lambda world, device: world.hardware_id(device),
    "display_name": lambda world, device: f"{world.asset_tag(device)} - {device.model.plan.name}",
    "asset_tag": lambda world, device: world.asset_tag(device),
    "serial_number": lambda _, device: device.serial,
    "sys_class_name": lambda *_: Choice("alm_hardware", "Hardware"),
    "model": _model,
    "model_category": _category,
    "ci": lambda world, device: Reference("cmdb_ci", digest(world.seed, "ci", device.number), device.serial),
    "install_status": lambda _, device: Choice(str(device.status), STATES[device.status]),
    "substatus": _substatus,
    "assigned_to": _assigned_to,
    "department": _department,
    "company": lambda *_: "",
    "cost": lambda _, device: f"{device.model.plan.price_pence / 100:.2f}",
    "u_funding_line": lambda _, device: device.model.plan.funding_line,
    "quantity": lambda *_: "1",
    "purchase_date": lambda _, device: device.purchased.isoformat(),
    "warranty_expiration": _warranty,
    "acquisition_method": lambda *_: "purchase",
    "eligible_for_refresh": lambda *_: "false",
    "sys_created_on": lambda _, device: Moment(device.created),
    "sys_updated_on": lambda _, device: Moment(device.updated),
    "sys_updated_by": lambda *_: "svc.assets",
    "sys_mod_count": lambda _, device: str(device.mod_count),
}
