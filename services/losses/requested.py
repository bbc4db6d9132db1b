"""Losses that a request for a replacement tells of: whoever asks for one because theirs is gone has reported it.

The bot reports at once, by a command of its own after the request. Should it die between the two, the request's event
does the same under the same key: whichever comes first writes the loss, and the other finds it written.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from msgspec.structs import replace

from schemas.events.request import RequestRaised
from schemas.vocabulary import RequestReason
from services.database.pool import Connection
from services.errors import TryAgain
from services.eventlog.outbox import Outgoing
from services.losses import devices, moving, reporting, store
from services.losses.identity import loss_id_of, request_key
from services.losses.moving import Move
from services.losses.rules.guards import Facts, holds
from services.losses.rules.machine import LOSS, Cause, LossState
from services.losses.rules.standing import How, Standing
from services.machines import NEW, Actor, Step

_HOW: dict[RequestReason, How] = {RequestReason.LOST: "lost", RequestReason.STOLEN: "stolen"}

log = structlog.stdlib.get_logger()


def tells_of_loss(event: RequestRaised) -> bool:
    """Whether the device that is to be replaced is gone, and on record."""
    return event.data.device_id is not None and event.data.reason in _HOW


async def report(connection: Connection, event: RequestRaised, since: datetime) -> list[Outgoing]:
    """Report what a request says is gone, unless that was done; what is to be told of it. One from before `since`
    reports nothing. Raises RuleBroken for a device that has left us, and TryAgain.
    """
    said = event.data
    assert said.device_id is not None, "only a request about a device is asked"
    if event.time < since:
        log.warning("a request is too old to report a loss", request=said.reference, raised_at=event.time.isoformat())
        return []
    email, key = said.requester_email.lower(), request_key(said.request_id)
    loss_id = loss_id_of(email, key)
    if await store.use_key(connection, email, "report", key, loss_id, event.time) is not None:
        return []
    merged = await store.carried_on(connection, [said.device_id])
    device_id = merged.get(said.device_id, said.device_id)
    before = await store.lock_last(connection, device_id)
    if before is None and (found := await store.found_since(connection, device_id, event.time)) is not None:
        # It was reported by another word, and turned up since: a late word does not lose it again.
        await store.point_key(connection, email, "report", key, found)
        return []
    if before is None:
        known = await devices.requested(connection, device_id, said)
        reporting.check_ours(known)
        state = LossState(_step(NEW, Cause.REPORT).target)
        loss = reporting.new_loss(known, loss_id, state, _HOW[said.reason], email, event.time)
        loss = replace(loss, request_id=said.request_id, request_reference=said.reference)
        loss = replace(loss, reference=await store.next_reference(connection))
        if await store.insert(connection, loss):
            return [await reporting.told_of(connection, loss, event.time)]
        before = await store.lock_last(connection, device_id)
    if before is None:
        raise TryAgain("the device was reported and found at this moment")
    await store.point_key(connection, email, "report", key, before.loss_id)
    return await _join(connection, before, event, email)


async def _join(connection: Connection, loss: Standing, event: RequestRaised, email: str) -> list[Outgoing]:
    """The device's loss was there before: it learns of the request."""
    if loss.request_id is not None:
        return []
    said = event.data
    joined = replace(loss, request_id=said.request_id, request_reference=said.reference)
    what, named = f"Its replacement is request {said.reference}", f"{event.source}/{event.id}"
    move = Move(joined, _step(loss.state, Cause.TELL_MORE), event.time, what, email, named=named)
    return await moving.take(connection, [move])


def _step(state: str, cause: Cause) -> Step:
    return LOSS.take(state, cause, [Actor.POLICY], lambda guard: holds(guard, Facts()))
