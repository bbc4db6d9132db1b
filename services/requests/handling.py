"""How every act on a request runs: one transaction that holds it, finds the step, writes and tells, and audits.

What is refused is audited too, after it was undone. The same key again answers the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec

from services.access import audit
from services.access.commanded import REFUSED, commanded
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock, london_date
from services.database.pool import Connection, Pool
from services.errors import NotAllowed, NotFound, RuleBroken
from services.eventlog import outbox
from services.machines import Actor
from services.requests import covers, moving, queries, stock, store
from services.requests.facts import answers
from services.requests.moving import Move
from services.requests.policy import RequestPolicy, own_policy
from services.requests.queries import RequestView
from services.requests.rules import deciding
from services.requests.rules.guards import Facts, holds
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause, Status
from services.requests.store import Held

NO_SUCH = "There is no such request, or it is not one you may see."
Writes: TypeAlias = Callable[[Connection], Awaitable[None]]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The request as it now stands. `decided_now` is False when it was decided before: then nothing happened."""

    request: RequestView
    decided_now: bool


class Handling:
    """What the commands are made of. `pool` must look in schema `requests` first; without a `policy` our own holds.

    Raises ConfigurationError if the policy contradicts itself.
    """

    def __init__(self, pool: Pool, clock: Clock, directory: Directory, *, policy: RequestPolicy | None = None) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory
        self.policy = policy or own_policy()

    async def decide_on(
        self, viewer: Viewer, request_id: UUID, cause: Cause, refusal: str | None, key: str
    ) -> Decision:
        """Decide, if nobody did before. Raises NotFound, and NotAllowed for who may not."""
        now = self._clock.now()
        today = london_date(now)
        async with self.transaction(viewer, str(cause), str(request_id)) as connection:
            # Before the request's row, as everybody who places devices does (ADR 0018).
            shelf = await stock.hold(connection, today) if cause is Cause.APPROVE else None
            held, actors = await self.hold(connection, viewer, request_id)
            if Actor.APPROVER not in actors:
                raise NotAllowed(
                    f"{held.reference} is for {held.approver_email} or a manager above to decide, not you."
                )
            # A key that comes again, whatever came between, changes nothing.
            repeated = await self.is_repeated(connection, viewer, "decide", key, request_id, now)
            open_to_it = MACHINE.step(held.status, cause, [Actor.APPROVER], _nothing_holds) is not None
            if not repeated and not open_to_it:
                await audit.record(connection, now, viewer, str(cause), held.reference, granted=False)
            if repeated or not open_to_it:
                return Decision(request=await self.view(connection, viewer, request_id), decided_now=False)
            what = "Approved" if refusal is None else f"Refused: {refusal}"
            picked = None
            if shelf is not None:
                picked = await stock.pick(connection, self.policy.served_by(held.kind), shelf)
            facts = Facts(stock_at_hand=picked is not None)
            step = MACHINE.take(held.status, cause, actors, lambda guard: holds(guard, facts))
            if picked is not None and step.target == Status.ALLOCATED:
                await store.give(connection, request_id, picked.device_id, picked.serial)
                held = msgspec.structs.replace(
                    held, successor_device_id=picked.device_id, successor_serial=picked.serial
                )
                what = f"Approved: {picked.serial} from stock is set aside"
            await store.decide(connection, request_id, viewer.email, now, refusal)
            move = Move(held, step, now, what, viewer.email, refusal)
            await outbox.append(connection, await moving.take(connection, [move]))
            await audit.record(connection, now, viewer, str(cause), held.reference, granted=True)
            return Decision(request=await self.view(connection, viewer, request_id), decided_now=True)

    async def take_step(
        self,
        viewer: Viewer,
        request_id: UUID,
        cause: Cause,
        key: str,
        *,
        what: str,
        told: str | None = None,
        writes: Writes | None = None,
    ) -> RequestView:
        """Take a step that the machine offers this person. `writes` puts down the facts that it brings."""
        now = self._clock.now()
        async with self.transaction(viewer, str(cause), str(request_id)) as connection:
            held, actors = await self.hold(connection, viewer, request_id)
            if await self.is_repeated(connection, viewer, str(cause), key, request_id, now):
                return await self.view(connection, viewer, request_id)
            step = MACHINE.take(held.status, cause, actors, answers(held))
            if writes is not None:
                await writes(connection)
            move = Move(held, step, now, what, viewer.email, told)
            await outbox.append(connection, await moving.take(connection, [move]))
            await audit.record(connection, now, viewer, str(cause), held.reference, granted=True)
            return await self.view(connection, viewer, request_id)

    async def ahead_of(self, viewer: Viewer, request_id: UUID, cause: Cause) -> RequestView:
        """The request, for somebody who is about to take this step. Raises, and audits, what the step itself would:
        NotFound, NotAllowed, RuleBroken.
        """
        async with self.transaction(viewer, str(cause), str(request_id)) as connection:
            view = await self.view(connection, viewer, request_id)
            if cause not in view.may:
                covered = await covers.covered_by(connection, viewer.email, london_date(self._clock.now()))
                managed = deciding.managed_units(viewer, self._directory)
                actors = deciding.actors_of(viewer, managed, view, covered)
                MACHINE.take(view.status, cause, actors, _nothing_holds)
                raise RuleBroken(f"{view.reference} has moved on; look it up with `/kit request {view.reference}`.")
            return view

    async def hold(self, connection: Connection, viewer: Viewer, request_id: UUID) -> tuple[Held, frozenset[Actor]]:
        """The request, held, and what the viewer is to it. Raises NotFound if there is none they may see."""
        covered = await covers.covered_by(connection, viewer.email, london_date(self._clock.now()))
        held = await store.lock_request(connection, viewer, request_id, covered)
        if held is None:
            raise NotFound(NO_SUCH)
        managed = deciding.managed_units(viewer, self._directory)
        return held, deciding.actors_of(viewer, managed, held, covered)

    async def is_repeated(
        self, connection: Connection, viewer: Viewer, command: str, key: str, about: UUID, now: datetime
    ) -> bool:
        """Whether this very act came before. Raises RuleBroken for a key that was used for something else."""
        used = await store.use_key(connection, viewer.email, command, key, about, now)
        if used is not None and used != about:
            raise RuleBroken("That press belongs to something else you did; open this again and press once more.")
        return used is not None

    async def view(self, connection: Connection, viewer: Viewer, request_id: UUID) -> RequestView:
        """The request as the viewer now sees it. Raises NotFound if they may not."""
        view = await queries.request(connection, viewer, request_id, today=london_date(self._clock.now()))
        if view is None:
            raise NotFound(NO_SUCH)
        return view

    def transaction(self, viewer: Viewer, action: str, subject: str) -> AbstractAsyncContextManager[Connection]:
        """One transaction; what is refused is audited after it was undone."""
        return commanded(self._pool, self._clock, viewer, action, subject, audited=REFUSED)


def _nothing_holds(_guard: str) -> bool:
    return False
