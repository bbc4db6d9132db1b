"""A person's step on a loss that is held, with the command that it sends or recalls, told and audited."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from services.access import audit
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.eventlog import outbox
from services.losses import devices, moving
from services.losses.announcements import command
from services.losses.moving import Move
from services.losses.reporting import with_lock
from services.losses.rules.actors import actors_of
from services.losses.rules.guards import Facts, Policy, holds
from services.losses.rules.machine import LOSS, Cause, LossState
from services.losses.rules.standing import Standing
from services.machines import Actor


async def act(
    connection: Connection,
    viewer: Viewer,
    directory: Directory,
    policy: Policy,
    loss: Standing,
    cause: Cause,
    now: datetime,
    what: str,
) -> Standing:
    """Take the step that the viewer may take; the loss as it stands after it. Raises NotAllowed and RuleBroken."""
    managed = await devices.is_managed(connection, loss.device_id)
    facts = loss.facts(policy, now, email=viewer.email, managed=managed)
    actors = actors_of(viewer, directory, holder_email=loss.holder_email, unit=loss.unit)
    step = LOSS.take(loss.state, cause, actors, lambda guard: holds(guard, facts))
    move = Move(loss, step, now, what, viewer.email)
    # A wipe goes out with the step that leads there, whether one person was enough or a second said yes.
    if step.target == LossState.WIPING:
        sent = _with_wipe(loss, now, confirmed_by=viewer.email if cause is Cause.CONFIRM_WIPE else None)
        move = move._replace(loss=sent, wanted=command(sent, "wipe", now))
    elif cause is Cause.LOCK_AGAIN:
        sent = with_lock(loss)
        move = move._replace(loss=sent, wanted=command(sent, "lock", now))
    moves = _recalling(move, loss.still_wanted) if cause is Cause.FIND else [move]
    await outbox.append(connection, await moving.take(connection, moves))
    await audit.record(connection, now, viewer, str(cause), loss.reference, granted=True)
    return moving.after(moves[-1])


def _recalling(move: Move, wanted: list[UUID]) -> list[Move]:
    """One event recalls one command, so the second goes with a step of its own."""
    moves = [move._replace(recalled=wanted[0] if wanted else None)]
    for command_id in wanted[1:]:
        loss = moving.after(moves[-1])
        step = LOSS.take(loss.state, Cause.RECALL, [Actor.POLICY], lambda guard: holds(guard, Facts()))
        moves.append(Move(loss, step, move.at, "What else was sent is recalled", move.who, recalled=command_id))
    return moves


def _with_wipe(loss: Standing, now: datetime, *, confirmed_by: str | None) -> Standing:
    """A wipe wanted, one more than before: what was said of the last one says nothing of this."""
    attempt = loss.wipe_attempts + 1
    return replace(
        loss,
        wipe_attempts=attempt,
        wipe_command=loss.command_id("wipe", attempt),
        wipe_wanted_at=now,
        wipe_confirmed_by=confirmed_by,
        wipe_standing=None,
        wipe_by=None,
        wipe_said=None,
        wipe_failed_at=None,
    )
