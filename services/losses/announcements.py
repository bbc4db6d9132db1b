"""The event that losses tell. Its id follows from loss and revision, so the same thing told twice is one event.

Who lost it, who asked and what they said of it stays here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from schemas.events.loss import Loss, LossMoved
from schemas.events.mdm import Command
from services.losses.rules.standing import Standing

SOURCE = "quartermaster/losses"


def command(loss: Standing, action: Literal["lock", "wipe"], wanted_at: datetime) -> Command:
    """The present lock or wipe of a loss, as device management is to be asked for it."""
    command_id = loss.lock_command if action == "lock" else loss.wipe_command
    assert command_id is not None, "a command has an id before it is told"
    return Command(
        command_id=command_id,
        device_id=loss.device_id,
        action=action,
        reference=loss.reference,
        wanted_at=wanted_at,
        serial=loss.serial,
    )


def announce(
    loss: Standing, explanation: str, at: datetime, *, wanted: Command | None = None, recalled: UUID | None = None
) -> LossMoved:
    """The loss as it stands after a move."""
    content = Loss(
        loss_id=loss.loss_id,
        reference=loss.reference,
        revision=loss.revision,
        device_id=loss.device_id,
        state=loss.state,
        how=loss.how,
        reported_at=loss.reported_at,
        explanation=explanation,
        serial=loss.serial,
        kind=loss.kind,
        unit=loss.unit,
        command=wanted,
        recalled=recalled,
    )
    return LossMoved(
        id=f"{loss.loss_id}/{loss.revision}", source=SOURCE, time=at, subject=str(loss.device_id), data=content
    )
