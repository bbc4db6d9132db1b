"""The one event that is told: how a command stands. Its id is the command and the state, so each is told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.events.mdm import CommandStanding, DeviceCommandProgressed
from services.mdm.rules.looking import Action
from services.mdm.store import Held

SOURCE = "quartermaster/mdm"


def announce(
    held: Held, state: Any, explanation: str, at: datetime, mdm: str | None = None, cannot: Sequence[Action] = ()
) -> DeviceCommandProgressed:
    """A command that we know whole stands in one of its ends. `cannot`: what that management can never do to it."""
    assert held.device_id is not None, "only a command that was heard is told of"
    assert held.action is not None
    assert held.reference is not None
    return DeviceCommandProgressed(
        id=f"{held.command_id}/{state}",
        source=SOURCE,
        time=at,
        subject=str(held.device_id),
        data=CommandStanding(
            command_id=held.command_id,
            device_id=held.device_id,
            action=held.action,
            reference=held.reference,
            state=state,
            explanation=explanation,
            mdm=mdm,
            cannot=list(cannot),
        ),
    )
