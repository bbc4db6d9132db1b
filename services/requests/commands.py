"""What a person does with requests: raise, approve, refuse. Each is one transaction of state, event and audit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID, uuid5

import msgspec

from schemas.topics import REQUEST
from schemas.vocabulary import Kind
from services.access import audit
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock, london_date
from services.database.pool import Connection, Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.eventlog import outbox
from services.machines import Actor
from services.requests import moving, queries, store
from services.requests.announcements import announce_raised
from services.requests.delivering import Deliveries as Deliveries
from services.requests.delivering import Done as Done
from services.requests.devices import DueDate, device_facts
from services.requests.leaving import Leaving as Leaving
from services.requests.leaving import Left as Left
from services.requests.moving import Move
from services.requests.queries import RequestView
from services.requests.rules import asking, deciding
from services.requests.rules.asking import DeviceFacts
from services.requests.rules.guards import Facts, holds
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause, Status
from services.requests.rules.verdicts import Reason
from services.requests.store import Moment, NewRequest

_REQUESTS = UUID("0a8d7c52-6d0f-4d6a-9a53-0f5b7f6a2f64")


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The request as it now stands. `decided_now` is False when it was decided before: then nothing happened."""

    request: RequestView
    decided_now: bool


class Requests:
    """The commands. `pool` must look in schema `requests` first; `due_date` asks the refresh policy, where given."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory, *, due_date: DueDate | None = None) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory
        self._due_date = due_date

    async def raise_request(
        self,
        viewer: Viewer,
        *,
        device_id: UUID | None,
        kind: Kind,
        reason: Reason,
        needed_by: date | None,
        accessibility_needs: bool,
        explanation: str,
        delivery_place: str,
        idempotency_key: str,
    ) -> RequestView:
        """Ask for a replacement; a device's own kind goes before `kind`. The same key again answers the same request.

        Raises NotAllowed (not theirs), RuleBroken (the device has an open request, nobody may decide), BadInput.
        """
        now = self._clock.now()
        today = london_date(now)
        async with self._transaction(viewer, "replace", str(device_id or kind)) as connection:
            request_id = uuid5(_REQUESTS, f"{viewer.email}\n{idempotency_key}")
            if await store.use_key(connection, viewer.email, "raise", idempotency_key, request_id, now):
                return await self._view(connection, viewer, request_id)
            asking.check_texts(explanation, delivery_place, needed_by, today)
            device = None if device_id is None else await self._device(connection, viewer, device_id, today)
            unit = (device.unit if device else None) or viewer.unit
            if unit is None:
                raise NotAllowed("The directory does not know your unit; ask end-user services to add you.")
            request = NewRequest(
                request_id=request_id,
                reference=await store.next_reference(connection),
                requester_email=viewer.email,
                requester_name=viewer.name,
                unit=unit,
                kind=(device.kind if device else None) or kind,
                reason=reason,
                device_id=device_id,
                serial=device.serial if device else None,
                explanation=explanation.strip(),
                needed_by=needed_by,
                accessibility_needs=accessibility_needs,
                delivery_place=delivery_place.strip(),
                status=Status.WAITING_FOR_APPROVAL,
                verdict=asking.verdict(device, reason, today),
                approver_email=deciding.approver_for(viewer.email, unit, self._directory),
                raised_at=now,
            )
            if not await store.insert_request(connection, request):
                raise await _has_open_request(connection, device_id)
            await store.remember(connection, [Moment(request_id, "raised", now, "Asked for", viewer.email)])
            await outbox.append(connection, [(REQUEST, announce_raised(request))])
            await audit.record(connection, now, viewer, "replace", request.reference, granted=True)
            return await self._view(connection, viewer, request_id)

    async def approve(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> Decision:
        """Say yes. Raises NotFound (or not theirs to see) and NotAllowed (not theirs to decide)."""
        return await self._decide(viewer, request_id, Cause.APPROVE, None, idempotency_key)

    async def refuse(self, viewer: Viewer, request_id: UUID, *, refusal: str, idempotency_key: str) -> Decision:
        """Say no, and why. Raises NotFound, NotAllowed, and BadInput without a reason."""
        words = refusal.strip()
        if not words or len(words) > asking.LONGEST_TEXT:
            raise BadInput(f"say why in up to {asking.LONGEST_TEXT} characters", where="refusal")
        return await self._decide(viewer, request_id, Cause.REFUSE, words, idempotency_key)

    async def _decide(self, viewer: Viewer, request_id: UUID, cause: Cause, refusal: str | None, key: str) -> Decision:
        now = self._clock.now()
        async with self._transaction(viewer, str(cause), str(request_id)) as connection:
            held = await store.lock_request(connection, viewer, request_id)
            if held is None:
                raise NotFound("There is no such request, or it is not one you may see.")
            managed = deciding.managed_units(viewer, self._directory)
            if not deciding.may_decide(
                viewer,
                managed,
                requester_email=held.requester_email,
                recipient_email=held.recipient_email,
                approver_email=held.approver_email,
                unit=held.unit,
            ):
                raise NotAllowed(
                    f"{held.reference} is for {held.approver_email} or a manager above to decide, not you."
                )
            # A key that comes again, whatever came between, changes nothing.
            repeated = await store.use_key(connection, viewer.email, "decide", key, request_id, now)
            facts = Facts()
            step = MACHINE.step(held.status, cause, [Actor.APPROVER], lambda guard: holds(guard, facts))
            if repeated is not None or step is None:
                return Decision(request=await self._view(connection, viewer, request_id), decided_now=False)
            await store.decide(connection, request_id, viewer.email, now, refusal)
            what = "Approved" if refusal is None else f"Refused: {refusal}"
            await outbox.append(
                connection, await moving.take(connection, [Move(held, step, now, what, viewer.email, refusal)])
            )
            await audit.record(connection, now, viewer, str(cause), held.reference, granted=True)
            return Decision(request=await self._view(connection, viewer, request_id), decided_now=True)

    async def _device(self, connection: Connection, viewer: Viewer, device_id: UUID, today: date) -> DeviceFacts:
        device = await device_facts(connection, viewer, device_id, today, self._due_date)
        device = asking.check_device(device, viewer, deciding.managed_units(viewer, self._directory))
        if await store.open_request_of_device(connection, device_id):
            raise await _has_open_request(connection, device_id)
        return device

    async def _view(self, connection: Connection, viewer: Viewer, request_id: UUID) -> RequestView:
        view = await queries.request(connection, viewer, request_id)
        if view is None:
            raise NotFound("There is no such request, or it is not one you may see.")
        return view

    @asynccontextmanager
    async def _transaction(self, viewer: Viewer, action: str, subject: str) -> AsyncIterator[Connection]:
        """One transaction; what a person may not do, or may not know of, is audited after it was undone."""
        async with self._pool.acquire() as connection:
            try:
                async with connection.transaction():
                    yield connection
            except (NotAllowed, NotFound):
                await audit.record(connection, self._clock.now(), viewer, action, subject, granted=False)
                raise


async def _has_open_request(connection: Connection, device_id: UUID | None) -> RuleBroken:
    reference = None if device_id is None else await store.open_request_of_device(connection, device_id)
    return RuleBroken(
        f"That device already has an open request, {reference or 'raised a moment ago'}; follow that one."
    )
