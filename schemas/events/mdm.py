"""Commands to device management: wanted by a loss or a custody record, whose events carry them. Topic
`device-command-progress`, keyed by device id, tells what became of them.

A command names nobody: who asked for it, and who confirmed it, stands with the loss or the custody record it is for.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from schemas.envelope import Event, Moment


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A device is to be locked or wiped. `command_id` names the wish for ever, however often it is told."""

    command_id: UUID
    device_id: UUID
    action: Literal["lock", "wipe"]
    reference: str
    """The loss or custody record it is for, as people quote it."""
    wanted_at: Moment
    """When somebody, or policy, asked for it."""
    serial: str | None = None


class CommandStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How a command stands. `sent`: device management took it, which is no proof that the device has done it."""

    command_id: UUID
    device_id: UUID
    action: Literal["lock", "wipe"]
    reference: str
    state: Literal["sent", "refused", "unmanaged", "recalled"]
    explanation: str
    """What device management said, or why there was nobody to send it to."""
    mdm: str | None = None
    """Which management took it: intune, jamf."""
    cannot: list[Literal["lock", "wipe"]] = []
    """What that management can never do to this device, however often it is asked; the explanation says why."""


class DeviceCommandProgressed(Event, frozen=True, kw_only=True, tag="quartermaster.device_command.progressed"):
    """Device management took a command, or will not."""

    data: CommandStanding
