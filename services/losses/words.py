"""What was heard, as a line of a loss's timeline."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.events.mdm import CommandStanding, DeviceCommandProgressed
from schemas.events.register import DeviceChanged, DeviceWipe, DeviceWipeTold

MANAGEMENTS: Mapping[str, str] = {
    "intune": "Intune",
    "jamf": "Jamf",
    "workspace_one": "Workspace ONE",
    "fleet": "Fleet",
}


def of(event: DeviceChanged | DeviceCommandProgressed | DeviceWipeTold) -> str:
    """What it says, honest about what it does not prove."""
    if isinstance(event, DeviceCommandProgressed):
        return _command(event.data)
    if isinstance(event, DeviceWipeTold):
        return _wipe(event.data)
    return "The register corrected its record"


def management(mdm: str | None) -> str:
    """The name people know."""
    return MANAGEMENTS.get(mdm or "", mdm or "device management")


def _command(said: CommandStanding) -> str:
    what = said.action.capitalize()
    match said.state:
        case "sent":
            return f"{what} sent and taken by {management(said.mdm)}"
        case "recalled":
            return f"{what} recalled before device management took it"
        case "unmanaged":
            return f"{what} not sent: {said.explanation.rstrip('.') or 'no device management knows the device'}"
        case "refused":
            return f"{what} refused by {management(said.mdm)}: {said.explanation}"


def _wipe(said: DeviceWipe) -> str:
    match said.outcome:
        case "done" if said.evidence == "absence":
            return "Wipe done: device management's record of the device is gone, as it goes with a finished wipe"
        case "done":
            return "Wipe done, as device management tells"
        case "failed":
            return "Wipe failed, as device management tells"
        case "cancelled":
            return "Wipe cancelled at device management"
        case "requested":
            return "Wipe asked for at device management"
