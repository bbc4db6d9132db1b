"""incident: faults, losses and thefts. The asset stands in custom columns, as sites that need it add them."""

from __future__ import annotations

from collections.abc import Callable

from deploy.local.simulator.identifiers import digest
from deploy.local.simulator.incidents import CLOSED, IN_PROGRESS, NEW, RESOLVED, Incident
from deploy.local.simulator.servicenow.cells import Cell, Choice, Moment, Reference
from deploy.local.simulator.servicenow.hardware import user
from deploy.local.simulator.world import World

STATES = {NEW: "New", IN_PROGRESS: "In Progress", RESOLVED: "Resolved", CLOSED: "Closed"}


def _caller(world: World, incident: Incident) -> Cell:
    return user(world, incident.caller.number) if incident.caller else Reference("sys_user", "", "")


def _item(world: World, incident: Incident) -> Cell:
    return Reference("cmdb_ci", digest(world.seed, "ci", incident.device.number), incident.device.serial)


def _state(world: World, incident: Incident) -> Cell:
    return Choice(str(incident.state), STATES[incident.state])


def _priority(world: World, incident: Incident) -> Cell:
    return Choice("3", "3 - Moderate") if incident.subcategory == "failure" else Choice("2", "2 - High")


COLUMNS: dict[str, Callable[[World, Incident], Cell]] = {
    "sys_id": lambda world, incident: world.incident_id(incident),
    "number": lambda _, incident: incident.reference,
    "sys_class_name": lambda *_: Choice("incident", "Incident"),
    "short_description": lambda _, incident: incident.short_description,
    "state": _state,
    "incident_state": _state,
    "priority": _priority,
    "active": lambda _, incident: "false" if incident.state == CLOSED else "true",
    "category": lambda *_: Choice("hardware", "Hardware"),
    "correlation_id": lambda *_: "",
    "correlation_display": lambda *_: "",
    "description": lambda *_: "",
    "work_notes": lambda *_: "",
    "subcategory": lambda _, incident: Choice(incident.subcategory, incident.subcategory.capitalize()),
    "contact_type": lambda *_: Choice("phone", "Phone"),
    "caller_id": _caller,
    "cmdb_ci": _item,
    "u_serial_number": lambda _, incident: incident.device.serial,
    "asset_tag": lambda world, incident: world.asset_tag(incident.device),
    "opened_at": lambda _, incident: Moment(incident.opened),
    "resolved_at": lambda _, incident: Moment(incident.resolved),
    "closed_at": lambda _, incident: Moment(incident.closed),
    "close_code": lambda _, incident: incident.close_code,
    "sys_created_on": lambda _, incident: Moment(incident.opened),
    "sys_updated_on": lambda _, incident: Moment(incident.updated),
    "sys_updated_by": lambda *_: "svc.desk",
    "sys_mod_count": lambda _, incident: str(incident.mod_count),
}
