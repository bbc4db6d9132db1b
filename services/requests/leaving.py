"""Somebody leaves: each of their devices becomes a request that is due back, by one act. Nothing is replaced."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

import msgspec

from schemas.topics import REQUEST
from schemas.vocabulary import Kind, Role
from services.access import audit
from services.access.viewer import Viewer
from services.clock import london_date
from services.database.pool import Connection
from services.errors import BadInput, NotAllowed
from services.eventlog import outbox
from services.machines import NEW, Actor
from services.register import queries as register
from services.register.queries import HeldDevice
from services.requests import delivery_store, store
from services.requests.announcements import announce_raised
from services.requests.delivery_queries import SQL, Delivery, returns_of
from services.requests.delivery_store import Brought
from services.requests.handling import Handling
from services.requests.rules.deciding import managed_units
from services.requests.rules.machine import OPEN, Cause, Status
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.verdicts import Reason
from services.requests.store import Moment, NewRequest

_LEAVING = UUID("7d5b1d0e-3f0c-4e0a-8d63-2b1f9a6c5e41")


class OtherRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A device that has an open request already: that one goes on, and must be withdrawn or finished first."""

    serial: str | None
    reference: str


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What is due back from somebody who leaves. `now` counts what this act added; all nought: they hold nothing."""

    email: str
    name: str
    due_back: list[Delivery]
    others: list[OtherRequest]
    now: int = 0


class Leaving(Handling):
    """The command of those who see somebody off."""

    async def leave(self, viewer: Viewer, email: str, *, idempotency_key: str) -> Left:
        """Make due back what somebody holds in the viewer's units; said again, it adds what is new and nothing else.

        Raises NotAllowed for those who are neither manager nor planner, BadInput for no address.
        """
        now = self._clock.now()
        whose = email.strip().lower()
        if "@" not in whose:
            raise BadInput("give the e-mail address of who leaves", where="who leaves")
        async with self.transaction(viewer, "leave", whose) as connection:
            if not viewer.has(Role.MANAGER, Role.PLANNER):
                raise NotAllowed("That is for the manager or the planner to do, not for you.")
            act = uuid5(_LEAVING, f"{viewer.email}\n{idempotency_key}\n{whose}")
            repeated = await self.is_repeated(connection, viewer, "leave", idempotency_key, act, now)
            devices = [] if repeated else await register.held_by(connection, viewer, whose)
            taken = await self._open_requests(connection, devices)
            added = 0
            for device in devices:
                if device.device_id not in taken:
                    added += await self._due_back(connection, viewer, whose, device, act, now)
            await audit.record(connection, now, viewer, "leave", whose, granted=True)
            due_back = await returns_of(connection, viewer, whose)
        serials = {device.device_id: device.serial for device in devices}
        others = [
            OtherRequest(serial=serials[device_id], reference=reference)
            for device_id, (reference, reason) in taken.items()
            if reason is not Reason.LEAVER
        ]
        return Left(email=whose, name=self._name(whose), due_back=due_back, others=others, now=added)

    async def _open_requests(self, connection: Connection, devices: list[HeldDevice]) -> dict[UUID, tuple[str, Reason]]:
        if not devices:
            return {}
        rows = await connection.fetch(SQL["leaving"], [device.device_id for device in devices], list(OPEN))
        return {row["device_id"]: (row["reference"], Reason(row["reason"])) for row in rows}

    async def _due_back(
        self, connection: Connection, viewer: Viewer, whose: str, device: HeldDevice, act: UUID, now: datetime
    ) -> bool:
        unit = device.unit or viewer.unit or ""
        actors = [Actor.PLANNER] if viewer.has(Role.PLANNER) else []
        if unit in managed_units(viewer, self._directory):
            actors.append(Actor.MANAGER)
        step = MACHINE.take(NEW, Cause.LEAVE, actors, lambda _guard: True)
        due_on: date = self.policy.patience.return_due_on(london_date(now))
        request = NewRequest(
            request_id=uuid5(act, str(device.device_id)),
            reference=await store.next_reference(connection),
            requester_email=viewer.email,
            requester_name=viewer.name,
            unit=unit,
            kind=device.kind or Kind.LAPTOP,
            reason=Reason.LEAVER,
            device_id=device.device_id,
            serial=device.serial,
            explanation=f"{self._name(whose)} leaves.",
            needed_by=None,
            accessibility_needs=False,
            delivery_place="",
            status=Status(step.target),
            verdict="",
            approver_email=self._manager_of(whose) or viewer.email,
            raised_at=now,
            recipient_email=whose,
            recipient_name=self._name(whose),
        )
        if not await store.insert_request(connection, request):
            return False
        await delivery_store.bring(connection, request.request_id, Brought(return_due_on=due_on))
        await store.remember(connection, [Moment(request.request_id, "raised", now, "Due back", viewer.email)])
        await outbox.append(connection, [(REQUEST, announce_raised(request))])
        return True

    def _name(self, email: str) -> str:
        person = self._directory.person(email)
        return person.name if person is not None else email

    def _manager_of(self, email: str) -> str | None:
        person = self._directory.person(email)
        manager = None if person is None else self._directory.approver_of(person)
        return None if manager is None else manager.email.lower()
