"""What a word from device management or the register means for a loss: new facts, and perhaps a cause.

Words come late, repeated and in any order. Each only ever adds to what is known: `sent` outranks a refusal of the same
command, a finished wipe outranks everything, and what is older than the report, or of an earlier attempt, is no news.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from schemas.events.mdm import CommandStanding
from schemas.events.register import DeviceFacts, DeviceWipe
from services.losses.rules.machine import Cause, LossState
from services.losses.rules.standing import Standing

_RANKS: Mapping[str | None, int] = {None: 0, "recalled": 1, "unmanaged": 2, "refused": 3, "sent": 4}
LONGEST_SAID = 300
RUNS_ON = timedelta(days=14)
"""So long after a device was found a wipe of unknown beginning is still taken for the one that the loss asked for."""


def heard_of_command(loss: Standing, said: CommandStanding) -> tuple[Standing, Cause] | None:
    """The loss with what device management said; None if that is no news."""
    if said.command_id == loss.lock_command and _RANKS[said.state] > _RANKS[loss.lock_standing]:
        cause = {"sent": Cause.LOCK_TAKEN, "recalled": Cause.RECALLED}.get(said.state, Cause.LOCK_FAILED)
        return replace(_barred(loss, said), lock_standing=said.state, lock_by=said.mdm, lock_said=_words(said)), cause
    if said.command_id == loss.wipe_command and _RANKS[said.state] > _RANKS[loss.wipe_standing]:
        cause = {"sent": Cause.WIPE_TAKEN, "recalled": Cause.RECALLED}.get(said.state, Cause.WIPE_FAILED)
        return replace(_barred(loss, said), wipe_standing=said.state, wipe_by=said.mdm, wipe_said=_words(said)), cause
    return None


def _barred(loss: Standing, said: CommandStanding) -> Standing:
    return replace(
        loss,
        lock_barred=loss.lock_barred or "lock" in said.cannot,
        wipe_barred=loss.wipe_barred or "wipe" in said.cannot,
    )


def _words(said: CommandStanding) -> str | None:
    return said.explanation[:LONGEST_SAID] or None


def heard_of_wipe(loss: Standing, said: DeviceWipe, at: datetime) -> tuple[Standing, Cause] | None:
    """The loss with what the register told of a wipe at `at`; None if it is no news, or not of this loss."""
    if said.outcome == "done":
        if loss.wiped_at is not None or not _of_this_loss(loss, said, at):
            return None
        return replace(loss, wiped_at=at), Cause.WIPE_DONE
    if said.outcome == "requested" or loss.wipe_wanted_at is None or loss.wipe_failed_at is not None:
        return None
    begun = said.requested_at or at
    if loss.wiped_at is not None or at < loss.wipe_wanted_at or begun < loss.wipe_wanted_at - timedelta(minutes=5):
        return None
    return replace(loss, wipe_failed_at=at), Cause.WIPE_FAILED


def _of_this_loss(loss: Standing, said: DeviceWipe, at: datetime) -> bool:
    """A wipe from before the report proves nothing of what was on the device when it went missing; one that began
    after the device was found is somebody else's.
    """
    if at <= loss.reported_at:
        return False
    if loss.state is not LossState.FOUND or loss.ended_at is None or at <= loss.ended_at:
        return True
    if loss.wipe_command is None or loss.wipe_standing == "recalled":
        return False
    if said.requested_at is not None:
        return said.requested_at <= loss.ended_at
    return at <= loss.ended_at + RUNS_ON


def heard_of_device(loss: Standing, said: DeviceFacts) -> tuple[Standing, Cause | None] | None:
    """The loss with the device's corrected serial, kind, model and unit; None if that is no news."""
    if said.device_id != loss.device_id or said.revision <= loss.device_revision or said.merged_into is not None:
        return None
    after = replace(
        loss,
        device_revision=said.revision,
        serial=said.serial or loss.serial,
        kind=said.kind or loss.kind,
        model=said.model or loss.model,
        unit=said.unit or loss.unit,
    )
    shown = ("serial", "kind", "model", "unit")
    differs = any(getattr(after, name) != getattr(loss, name) for name in shown)
    return after, Cause.CORRECTED if differs else None
