"""Somebody leaves: what they asked for ends, and each of their devices becomes a request that is due back, by one act.

Nothing is replaced. What they asked for on behalf of somebody else goes on, and what they were to decide goes up
(`sweep`). That a request ends is for good: who stays after all asks anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import Viewer
from services.clock import london_date
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import BadInput, NotAllowed
from services.eventlog import outbox
from services.machines import NEW, Actor
from services.register import queries as register
from services.register.queries import HeldDevice
from services.requests import due_back, moving, store
from services.requests.delivery_queries import Delivery, returns_of
from services.requests.due_back import DueBack
from services.requests.facts import answers
from services.requests.handling import Handling
from services.requests.moving import Move
from services.requests.rules.machine import OPEN, Cause, Status
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.verdicts import Reason
from services.requests.store import Held

SQL = load_statements(__file__, "leaving.sql")
_LEAVING = UUID("7d5b1d0e-3f0c-4e0a-8d63-2b1f9a6c5e41")


class OtherRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A device that has an open request already: that one goes on, and must be withdrawn or finished first."""

    serial: str | None
    reference: str


class EndedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What they had asked for, or was asked for them. `sent` is the device on its way to them or theirs by now."""

    reference: str
    sent: str | None = None


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What is due back from somebody who leaves. `now` counts what this act added; all nought: they hold nothing."""

    email: str
    name: str
    due_back: list[Delivery]
    others: list[OtherRequest]
    ended: list[EndedRequest] = []
    """What this act ended."""
    now: int = 0


class _Leaver(NamedTuple):
    """Who leaves, said by whom: `viewer` sees no more than they may act on."""

    viewer: Viewer
    actor: Actor
    email: str
    name: str
    act: UUID
    now: datetime


class Leaving(Handling):
    """The command of those who see somebody off."""

    async def leave(self, viewer: Viewer, email: str, *, idempotency_key: str) -> Left:
        """End what somebody asked for in the viewer's units, and make due back what they hold there.

        Said again, it adds what is new and nothing else. Raises NotAllowed for those who are neither manager nor
        planner, BadInput for no address.
        """
        now = self._clock.now()
        whose = email.strip().lower()
        if "@" not in whose:
            raise BadInput("give the e-mail address of who leaves", where="who leaves")
        async with self.transaction(viewer, "leave", whose) as connection:
            if not viewer.has(Role.MANAGER, Role.PLANNER):
                raise NotAllowed("That is for the manager or the planner to do, not for you.")
            act = uuid5(_LEAVING, f"{viewer.email}\n{idempotency_key}\n{whose}")
            leaver = _Leaver(*acting(viewer), whose, self._name(whose), act, now)
            if await self.is_repeated(connection, viewer, "leave", idempotency_key, act, now):
                left = Left(email=whose, name=leaver.name, due_back=[], others=[])
            else:
                left = await self._see_off(connection, leaver)
            await audit.record(connection, now, viewer, "leave", whose, granted=True)
            return msgspec.structs.replace(left, due_back=await returns_of(connection, viewer, whose))

    async def _see_off(self, connection: Connection, leaver: _Leaver) -> Left:
        ended = await self._end(connection, leaver)
        held = {each.device_id: each for each in await register.held_by(connection, leaver.viewer, leaver.email)}
        # The register may not know yet that they have it, or in which unit.
        held = {device.device_id: device for each in ended if (device := self._sent(each)) is not None} | held
        taken = await _spoken_for(connection, list(held))
        due_back = [device for device_id, device in held.items() if device_id not in taken]
        return Left(
            email=leaver.email,
            name=leaver.name,
            due_back=[],
            others=[
                OtherRequest(serial=held[device_id].serial, reference=reference)
                for device_id, (reference, reason) in taken.items()
                if reason is not Reason.LEAVER
            ],
            ended=[
                EndedRequest(
                    reference=each.held.reference,
                    sent=each.held.successor_serial if each.step.target == Status.CLOSED else None,
                )
                for each in ended
            ],
            now=await self._due_back(connection, leaver, due_back),
        )

    async def _end(self, connection: Connection, leaver: _Leaver) -> list[Move]:
        """End what was asked for them; the moves by which it ended."""
        rows = await connection.fetch(SQL["asked_for"], leaver.email, list(OPEN), leaver.viewer.unit_scope)
        if not rows:
            return []
        moves: list[Move] = []
        for held in (await store.lock_requests(connection, sorted(row["request_id"] for row in rows))).values():
            step = MACHINE.step(held.status, Cause.LEAVE, [leaver.actor], answers(held))
            if step is not None:
                what = f"Withdrawn: {leaver.name} leaves"
                if not step.moves:
                    what = f"Due back all the same: {leaver.name} leaves"
                elif step.target == Status.CLOSED:
                    what = f"Ended: {leaver.name} leaves; {held.successor_serial or 'the new device'} is due back"
                moves.append(Move(held, step, leaver.now, what, leaver.viewer.email, "Whom it is for leaves"))
        if moves:
            sent = [each.held.request_id for each in moves if each.step.target == Status.CLOSED]
            await connection.execute(SQL["handed_out"], sent, leaver.now)
            await connection.execute(SQL["no_choice"], [each.held.request_id for each in moves if not each.step.moves])
            await outbox.append(connection, await moving.take(connection, moves))
        return [each for each in moves if each.step.moves]

    def _sent(self, ended: Move) -> HeldDevice | None:
        """The device that somebody has, or that is on its way to them, by a request that ended."""
        held: Held = ended.held
        if ended.step.target != Status.CLOSED or held.successor_device_id is None:
            return None
        return HeldDevice(
            device_id=held.successor_device_id,
            serial=held.successor_serial,
            asset_tag=None,
            kind=self.policy.served_by(held.kind),
            unit=held.unit,
        )

    async def _due_back(self, connection: Connection, leaver: _Leaver, devices: Sequence[HeldDevice]) -> int:
        """Write a request for each device that has none; how many."""
        step = MACHINE.take(NEW, Cause.LEAVE, [leaver.actor], _all_holds)
        due = DueBack(
            viewer=leaver.viewer,
            email=leaver.email,
            name=leaver.name,
            reason=Reason.LEAVER,
            explanation=f"{leaver.name} leaves.",
            first_line="Due back",
            act=leaver.act,
            now=leaver.now,
            due_on=self.policy.patience.return_due_on(london_date(leaver.now)),
        )
        return len(await due_back.write(connection, self._directory, due, devices, Status(step.target)))

    def _name(self, email: str) -> str:
        person = self._directory.person(email)
        return person.name if person is not None else email


def acting(viewer: Viewer) -> tuple[Viewer, Actor]:
    """The viewer as far as they see people off: a planner everywhere, a manager in the units they answer for."""
    if viewer.has(Role.PLANNER):
        return viewer, Actor.PLANNER
    return dataclasses.replace(viewer, units=viewer.manages), Actor.MANAGER


async def _spoken_for(connection: Connection, devices: Sequence[UUID]) -> dict[UUID, tuple[str, Reason]]:
    """Reference and reason of the open request of each of these devices that has one."""
    if not devices:
        return {}
    rows = await connection.fetch(SQL["spoken_for"], devices, list(OPEN))
    return {row["device_id"]: (row["reference"], Reason(row["reason"])) for row in rows}


def _all_holds(_guard: str) -> bool:
    return True
