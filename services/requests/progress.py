"""Requests that a batch holds, as they move on by one word after the other: the second may follow from the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from schemas.envelope import Event
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.machines import Actor, Step
from services.requests import delivery_store, moving, store
from services.requests.delivery_store import Brought
from services.requests.facts import answers
from services.requests.moving import Move
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause
from services.requests.store import Held, Moment

_FIRST_STAYS = ("old_back_at", "enrolled_device_id", "enrolled_serial", "enrolled_at", "handed_out_at", "otherwise_at")


class Word(NamedTuple):
    """What one of our services told: `what` is the timeline's line, `name` keeps it from standing there twice."""

    actor: Actor
    at: datetime
    what: str
    source: str
    name: str

    @classmethod
    def of(cls, event: Event, actor: Actor, what: str) -> Word:
        """What an event says."""
        return cls(actor, event.time, what, event.source, f"{event.source}/{event.id}")


class Progressing:
    """The requests of a batch. `held` is how each stands now."""

    def __init__(self, held: Mapping[UUID, Held]) -> None:
        self.held = dict(held)

    async def bring(self, connection: Connection, request_id: UUID, brought: Brought) -> None:
        """Write what was told beside the state."""
        await delivery_store.bring(connection, request_id, brought)
        self.held[request_id] = after(self.held[request_id], brought)

    async def move(self, connection: Connection, request_id: UUID, cause: Cause, word: Word) -> list[Outgoing]:
        """Take the step if there is one from here; a word that moves nothing stands in the timeline."""
        step = self._step(request_id, cause, word.actor)
        if step is None:
            await store.remember(connection, [Moment(request_id, word.name, word.at, word.what, word.source)])
            return []
        move = Move(self.held[request_id], step, word.at, word.what, word.source, named=word.name)
        told = await moving.take(connection, [move])
        self.held[request_id] = moving.after(move)
        return told

    async def deliver(self, connection: Connection, request_id: UUID) -> list[Outgoing]:
        """Complete the delivery by the device that was seen with its user, once the request can be."""
        request = self.held[request_id]
        if request.enrolled_device_id is None or self._step(request_id, Cause.ENROLLED, Actor.REGISTER) is None:
            return []
        brought = Brought(
            successor_device_id=request.enrolled_device_id,
            successor_serial=request.enrolled_serial,
            delivered_at=request.enrolled_at,
        )
        await self.bring(connection, request_id, brought)
        at = request.enrolled_at or request.raised_at
        what = f"Enrolled by its new user: {request.enrolled_serial or 'a device without a serial number'}"
        name = f"enrolled/{request.enrolled_device_id}"
        word = Word(Actor.REGISTER, at, what, "quartermaster/register", name)
        return await self.move(connection, request_id, Cause.ENROLLED, word)

    async def has_another(
        self, connection: Connection, request_id: UUID, device_id: UUID, serial: str | None, word: Word
    ) -> list[Outgoing]:
        """Note, the first time it is heard, that whom it is for has this device by another way."""
        if (
            self.held[request_id].otherwise_at is not None
            or self._step(request_id, Cause.HAS_ANOTHER, word.actor) is None
        ):
            return []
        seen = Brought(otherwise_device_id=device_id, otherwise_serial=serial, otherwise_at=word.at)
        await self.bring(connection, request_id, seen)
        return await self.move(connection, request_id, Cause.HAS_ANOTHER, word)

    def _step(self, request_id: UUID, cause: Cause, actor: Actor) -> Step | None:
        request = self.held[request_id]
        return MACHINE.step(request.status, cause, [actor], answers(request))


def after(request: Held, brought: Brought) -> Held:
    """The request with what a step brings."""
    values = {
        name: value
        for name in Held.__struct_fields__
        if (value := getattr(brought, name, None)) is not None
        and not (name in _FIRST_STAYS and getattr(request, name) is not None)
    }
    return msgspec.structs.replace(request, **values)
