"""What people do with a request after it was decided: set a device aside, send, receive, check, take the old one back.

Each is one transaction of state, event and audit. Who may take a step, and where it leads, stands in the machine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from services.access import audit
from services.access.viewer import Viewer
from services.clock import london_date
from services.database.pool import Connection
from services.errors import BadInput
from services.eventlog import outbox
from services.requests import delivery_store, moving, naming
from services.requests.delivery_store import Brought, taken_meanwhile
from services.requests.facts import answers
from services.requests.moving import Move
from services.requests.progress import after
from services.requests.queries import RequestView
from services.requests.reclaiming import Reclaiming
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause, Status
from services.requests.store import Held

LONGEST_CARRIER = 80
LONGEST_TRACKING = 120


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The request as it now stands. `done_now` is False when the same act came before: then nothing happened."""

    request: RequestView
    done_now: bool


class _Act(msgspec.Struct, frozen=True, kw_only=True):
    """What one act says and brings."""

    what: str
    brought: Brought = Brought()
    checked: bool | None = None
    device_named: bool = False


_Prepares = Callable[[Connection, Held, datetime], Awaitable[_Act]]


class Deliveries(Reclaiming):
    """The commands of those who hand devices out, ask for them and take them back."""

    async def allocate(self, viewer: Viewer, request_id: UUID, *, device: str, idempotency_key: str) -> Done:
        """Set a device in stock aside, by serial or asset tag. Raises NotFound, NotAllowed and RuleBroken."""

        async def prepare(connection: Connection, held: Held, now: datetime) -> _Act:
            found = await naming.named(connection, viewer, held, device, london_date(now))
            return _Act(
                what=f"{found.label} is set aside",
                brought=Brought(
                    successor_device_id=found.device_id, successor_serial=found.serial, from_stock=found.from_stock
                ),
                device_named=True,
            )

        return await self._act(viewer, request_id, Cause.ALLOCATE, idempotency_key, prepare)

    async def cancel(self, viewer: Viewer, request_id: UUID, *, why: str, idempotency_key: str) -> Done:
        """A planner calls an order off; what comes of it goes to stock. Raises BadInput without a reason."""
        reason = _words(why, "why", 500)

        async def prepare(_connection: Connection, _held: Held, _now: datetime) -> _Act:
            return _Act(what=f"Cancelled: {reason}")

        return await self._act(viewer, request_id, Cause.CANCEL, idempotency_key, prepare)

    async def ship(
        self, viewer: Viewer, request_id: UUID, *, carrier: str, tracking: str = "", idempotency_key: str
    ) -> Done:
        """The device that is set aside was sent. Raises BadInput without a carrier."""
        by = _words(carrier, "carrier", LONGEST_CARRIER)
        number = _words(tracking, "tracking", LONGEST_TRACKING) if tracking.strip() else None

        async def prepare(_connection: Connection, _held: Held, now: datetime) -> _Act:
            what = f"Sent with {by}" + (f", tracking number {number}" if number else "")
            return _Act(what=what, brought=Brought(carrier=by, tracking=number, shipped_at=now))

        return await self._act(viewer, request_id, Cause.SHIP, idempotency_key, prepare)

    async def receive(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> Done:
        """The new device is in its user's hands."""

        async def prepare(_connection: Connection, _held: Held, now: datetime) -> _Act:
            return _Act(what="Receipt confirmed", brought=Brought(received_at=now))

        return await self._act(viewer, request_id, Cause.RECEIVE, idempotency_key, prepare)

    async def check(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> Done:
        """The user's accessibility settings work on the new device."""

        async def prepare(_connection: Connection, _held: Held, now: datetime) -> _Act:
            brought = Brought(checked_at=now, checked_by=viewer.email)
            return _Act(what="Accessibility settings are checked", brought=brought, checked=True)

        return await self._act(viewer, request_id, Cause.CHECK, idempotency_key, prepare)

    async def take_back(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> Done:
        """The old device was handed back."""

        async def prepare(_connection: Connection, _held: Held, now: datetime) -> _Act:
            return _Act(what="The old device was handed back", brought=Brought(old_back_at=now))

        return await self._act(viewer, request_id, Cause.RETURNED, idempotency_key, prepare)

    async def _act(self, viewer: Viewer, request_id: UUID, cause: Cause, key: str, prepare: _Prepares) -> Done:
        now = self._clock.now()
        async with self.transaction(viewer, str(cause), str(request_id)) as connection:
            if cause is Cause.ALLOCATE:
                await delivery_store.hold_placing(connection)
            held, actors = await self.hold(connection, viewer, request_id)
            if await self.is_repeated(connection, viewer, str(cause), key, request_id, now):
                return Done(request=await self.view(connection, viewer, request_id), done_now=False)
            # Who may not do it at all is told so, before they are told what is wrong with what they gave.
            MACHINE.take(held.status, cause, actors, lambda _guard: True)
            act = await prepare(connection, held, now)
            guards = answers(held, device_named=act.device_named, checked=act.checked or held.checked_at is not None)
            step = MACHINE.take(held.status, cause, actors, guards)
            brought = act.brought
            if step.target == Status.RETURN_DUE and step.moves:
                due_on = self.policy.patience.return_due_on(london_date(now))
                brought = msgspec.structs.replace(brought, return_due_on=due_on)
            try:
                await delivery_store.bring(connection, request_id, brought)
                moves = [Move(after(held, brought), step, now, act.what, viewer.email)]
                await outbox.append(connection, await moving.take(connection, moves))
            except asyncpg.UniqueViolationError:
                raise taken_meanwhile() from None
            await audit.record(connection, now, viewer, str(cause), held.reference, granted=True)
            return Done(request=await self.view(connection, viewer, request_id), done_now=True)


def _words(text: str, where: str, most: int) -> str:
    """What somebody wrote, trimmed. Raises BadInput if there is nothing, or too much."""
    trimmed = " ".join(text.split())
    if not trimmed or len(trimmed) > most:
        raise BadInput(f"write up to {most} characters here", where=where)
    return trimmed
