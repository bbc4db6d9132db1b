"""Reporting a loss: written, told and audited at once, so that the lock goes out while somebody still types."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from schemas.topics import LOSS as LOSS_TOPIC
from schemas.vocabulary import GONE_STATES, DeviceState
from services.access import audit
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import london_date
from services.database.pool import Connection
from services.errors import NotAllowed, RuleBroken, TryAgain
from services.eventlog import outbox
from services.eventlog.outbox import Outgoing
from services.losses import devices, store
from services.losses.announcements import announce, command
from services.losses.devices import Known
from services.losses.rules.actors import actors_of
from services.losses.rules.guards import Facts, holds
from services.losses.rules.machine import LOSS, Cause, LossState
from services.losses.rules.standing import How, Standing
from services.losses.store import Moment
from services.machines import NEW


class Found(NamedTuple):
    """The device's loss, held. `joins`: it was there before, and its request is news still to be written."""

    loss: Standing
    joins: bool = False


async def report(
    connection: Connection,
    viewer: Viewer,
    directory: Directory,
    loss_id: UUID,
    device_id: UUID,
    how: How,
    request_reference: str | None,
    now: datetime,
) -> Found:
    """Write the loss with this id, or find the one that the device has. Raises NotAllowed, RuleBroken, TryAgain."""
    known = await devices.known(connection, viewer, device_id, london_date(now))
    if known is None:
        raise NotAllowed("I know no such device among yours. `/kit` lists those you hold.")
    actors = actors_of(viewer, directory, holder_email=known.holder_email, unit=known.unit)
    step = LOSS.take(NEW, Cause.REPORT, actors, lambda guard: holds(guard, Facts()))
    request = None
    if request_reference is not None:
        request = await devices.request_id(connection, viewer, request_reference, device_id)
    before = await store.lock_last(connection, device_id)
    if before is None:
        check_ours(known)
        loss = new_loss(known, loss_id, LossState(step.target), how, viewer.email, now)
        if request is not None:
            loss = replace(loss, request_id=request, request_reference=request_reference)
        loss = replace(loss, reference=await store.next_reference(connection))
        if await store.insert(connection, loss):
            await outbox.append(connection, [await told_of(connection, loss, now)])
            await audit.record(connection, now, viewer, "lost", loss.reference, granted=True)
            return Found(loss)
        before = await store.lock_last(connection, device_id)
    if before is None:
        raise TryAgain("The device was reported and found at this moment. Please try once more.")
    if request is not None and before.request_id is None:
        return Found(replace(before, request_id=request, request_reference=request_reference), joins=True)
    return Found(before)


def with_lock(loss: Standing) -> Standing:
    """The loss with a lock wanted, one more than before."""
    attempt = loss.lock_attempts + 1
    return replace(
        loss,
        lock_attempts=attempt,
        lock_command=loss.command_id("lock", attempt),
        lock_standing=None,
        lock_by=None,
        lock_said=None,
    )


def check_ours(known: Known) -> None:
    """Raise RuleBroken for a device that has left us."""
    state = known.state
    if state in GONE_STATES and state is not DeviceState.WRITTEN_OFF:
        raise RuleBroken(f"That device has already been {state}; it is no longer ours to lose.")


def new_loss(
    known: Known, loss_id: UUID, state: LossState, how: How, reporter_email: str, reported_at: datetime
) -> Standing:
    """The loss as it is first written, but for its L-number, with a lock wanted where a management knows the device."""
    loss = Standing(
        loss_id=loss_id,
        reference="",
        revision=1,
        state=state,
        how=how,
        device_id=known.device_id,
        device_revision=known.revision,
        serial=known.serial,
        kind=known.kind,
        model=known.model,
        unit=known.unit,
        holder_email=known.holder_email and known.holder_email.lower(),
        reporter_email=reporter_email,
        reported_at=reported_at,
    )
    return with_lock(loss) if known.managed_by else loss


async def told_of(connection: Connection, loss: Standing, now: datetime) -> Outgoing:
    """What is told of a loss that was just written, whose timeline begins."""
    wanted = command(loss, "lock", now) if loss.lock_command else None
    what = f"Reported {loss.how}" + ("; lock sent out" if wanted else "; no device management knows it")
    await store.remember(connection, [Moment(loss.loss_id, "report/1", now, what, loss.reporter_email)])
    return LOSS_TOPIC, announce(loss, f"Reported {loss.how}.", now, wanted=wanted)
