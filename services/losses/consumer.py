"""Losses's consumer. Delivery: at least once, effect once (inbox); any order.

What device management did with our commands, and what the register tells of a lost device, moves its loss on. Words
that are no news stand in the timeline and move nothing. Whoever asks for a replacement because theirs is lost or stolen
has reported it: the loss is written here if their report did not come through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from schemas.events.mdm import DeviceCommandProgressed
from schemas.events.register import DeviceChanged, DeviceWipeTold
from schemas.events.request import RequestEvent, RequestRaised
from services.clock import Clock, SystemClock
from services.database.pool import Connection
from services.errors import NotFound
from services.eventlog.outbox import Outgoing
from services.losses import moving, requested, store, words
from services.losses.moving import Move
from services.losses.policy import load_policy
from services.losses.rules.guards import Policy, holds
from services.losses.rules.hearing import heard_of_command, heard_of_device, heard_of_wipe
from services.losses.rules.machine import LOSS, Cause
from services.losses.rules.standing import Standing
from services.losses.store import Moment
from services.machines import Actor

Heard = DeviceChanged | DeviceCommandProgressed | DeviceWipeTold
_Told = Heard | RequestEvent
_SHOWN = frozenset({"serial", "kind", "model", "unit"})


class LossesConsumer:
    """Writes what was heard. Raises ConfigurationError when made with a policy that does not hold together."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._policy = load_policy()
        self._clock = clock or SystemClock()

    async def apply(self, connection: Connection, events: Sequence[_Told]) -> list[Outgoing]:
        """Write what `events` mean, and answer the events that follow. Raises NotFound for a loss nobody reported, and
        RuleBroken for one of a device that has left us.
        """
        reports = [event for event in events if isinstance(event, RequestRaised) and requested.tells_of_loss(event)]
        concerning = [event for event in events if isinstance(event, Heard) and _may_concern(event)]
        if not concerning and not reports:
            return []
        merged = {
            event.data.device_id: event.data.merged_into
            for event in concerning
            if isinstance(event, DeviceChanged) and event.data.merged_into is not None
        }
        if merged:
            await store.keep_merged(connection, merged)
        since = self._policy.requests_report_since(self._clock.now())
        reported = [told for event in reports for told in await requested.report(connection, event, since)]
        return reported + await self._hear(connection, concerning)

    async def _hear(self, connection: Connection, concerning: Sequence[Heard]) -> list[Outgoing]:
        if not concerning:
            return []
        losses, stands_for = await self._concerned(connection, concerning)
        known = {loss.reference for loss in losses}
        for event in concerning:
            if isinstance(event, DeviceCommandProgressed) and event.data.reference not in known:
                raise NotFound(f"{event.source} speaks of {event.data.reference}, which nobody reported.")
        if not losses:
            return []
        return await _Batch(losses, stands_for, self._policy).apply(connection, concerning)

    async def _concerned(
        self, connection: Connection, events: Sequence[Heard]
    ) -> tuple[list[Standing], Mapping[UUID, UUID]]:
        wiped = {event.data.device_id for event in events if isinstance(event, DeviceWipeTold)}
        changed = {event.data.device_id for event in events if isinstance(event, DeviceChanged)}
        references = {event.data.reference for event in events if isinstance(event, DeviceCommandProgressed)}
        stands_for = await store.carried_on(connection, wiped) if wiped else {}
        wiped = {stands_for.get(device_id, device_id) for device_id in wiped}
        return await store.lock_concerned(connection, references, wiped, changed), stands_for


def _may_concern(event: Heard) -> bool:
    """Cheap, since nearly nothing of what devices tell concerns a loss: a report read what a first revision said."""
    if isinstance(event, DeviceChanged):
        facts = event.data
        return facts.merged_into is not None or (facts.revision > 1 and not _SHOWN.isdisjoint(facts.changed))
    if isinstance(event, DeviceCommandProgressed):
        return event.data.reference.startswith("L-")
    return event.data.outcome != "requested"


class _Batch:
    """The losses of one batch, moved one word at a time: the second may follow from the first."""

    def __init__(self, losses: Sequence[Standing], stands_for: Mapping[UUID, UUID], policy: Policy) -> None:
        self._now = {loss.loss_id: loss for loss in losses}
        self._stands_for = stands_for
        self._policy = policy
        self._moves: list[Move] = []
        self._late: list[Moment] = []
        self._unmoved: set[UUID] = set()

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> list[Outgoing]:
        for event in events:
            for loss in self._of(event):
                self._hear(loss, event)
        told = await moving.take(connection, self._moves)
        # Facts that moved nothing are kept too; moves bring their own.
        await store.save(connection, [self._now[loss_id] for loss_id in sorted(self._unmoved)])
        await store.remember(connection, self._late)
        return told

    def _of(self, event: Heard) -> list[Standing]:
        if isinstance(event, DeviceCommandProgressed):
            return [loss for loss in self._now.values() if loss.reference == event.data.reference]
        device_id = self._stands_for.get(event.data.device_id, event.data.device_id)
        losses = [loss for loss in self._now.values() if loss.device_id == device_id]
        if isinstance(event, DeviceWipeTold):
            # A device may be lost more than once: a wipe is of the last time before it.
            before = [loss for loss in losses if loss.reported_at < event.time]
            return sorted(before, key=lambda loss: loss.reported_at)[-1:]
        return losses

    def _hear(self, loss: Standing, event: Heard) -> None:
        found: tuple[Standing, Cause | None] | None
        if isinstance(event, DeviceCommandProgressed):
            found = heard_of_command(loss, event.data)
        elif isinstance(event, DeviceWipeTold):
            found = heard_of_wipe(loss, event.data, event.time)
        else:
            found = heard_of_device(loss, event.data)
        named, what = f"{event.source}/{event.id}", words.of(event)
        if found is None:
            if not isinstance(event, DeviceChanged):
                self._late.append(Moment(loss.loss_id, named, event.time, what, event.source))
            return
        heard, cause = found
        step = None
        if cause is not None:
            facts = heard.facts(self._policy, event.time)
            step = LOSS.step(heard.state, cause, [_SPEAKERS[type(event)]], lambda guard: holds(guard, facts))
        if step is None:
            self._now[loss.loss_id] = heard
            self._unmoved.add(loss.loss_id)
            if not isinstance(event, DeviceChanged):
                self._late.append(Moment(loss.loss_id, named, event.time, what, event.source))
            return
        move = Move(heard, step, event.time, what, event.source, named=named)
        self._moves.append(move)
        self._now[loss.loss_id] = moving.after(move)


_SPEAKERS: Mapping[type[Heard], Actor] = {
    DeviceChanged: Actor.REGISTER,
    DeviceWipeTold: Actor.REGISTER,
    DeviceCommandProgressed: Actor.MDM,
}
