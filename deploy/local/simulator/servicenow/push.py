"""What an administrator's business rule sends on a change: a hand-made template, with a secret header.

The template puts values between quotes as they are. Where the simulator is told to, it does the same, and a
value with a quote in it makes the body no JSON.
"""

from __future__ import annotations

import msgspec

from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.incidents import Incident
from deploy.local.simulator.moments import desk_moment
from deploy.local.simulator.world import World


def hardware_body(world: World, device: Device, operation: str) -> dict[str, str]:
    """An asset was inserted or updated."""
    return {
        "table": "alm_hardware",
        "operation": operation,
        "sys_id": world.hardware_id(device),
        "asset_tag": world.asset_tag(device),
        "serial_number": device.serial,
        "model": device.model.plan.name,
        "model_category": device.model.kind.capitalize(),
        "install_status": str(device.status),
        "substatus": device.substatus,
        "assigned_to_email": device.holder.email if device.holder else "",
        "department": world.unit_names[device.unit],
        "sys_updated_on": desk_moment(device.updated),
        "sys_mod_count": str(device.mod_count),
    }


def incident_body(world: World, incident: Incident, operation: str) -> dict[str, str]:
    """An incident was inserted or updated."""
    return {
        "table": "incident",
        "operation": operation,
        "sys_id": world.incident_id(incident),
        "number": incident.reference,
        "state": str(incident.state),
        "category": "hardware",
        "subcategory": incident.subcategory,
        "short_description": incident.short_description,
        "asset_tag": world.asset_tag(incident.device),
        "serial_number": incident.device.serial,
        "caller_email": incident.caller.email if incident.caller else "",
        "sys_updated_on": desk_moment(incident.updated),
        "sys_mod_count": str(incident.mod_count),
    }


def fill_template(values: dict[str, str], *, escape: bool) -> bytes:
    """The body's bytes: proper JSON, or the template filled in with no thought for quotes."""
    if escape:
        return msgspec.json.encode(values)
    lines = ",\n".join(f'  "{name}": "{value}"' for name, value in values.items())
    return f"{{\n{lines}\n}}".encode()
