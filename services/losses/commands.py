"""What a person does about a lost or stolen device. Each is one transaction of state, timeline, event and audit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.access.commanded import commanded
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock, london_date
from services.database.pool import Connection, Pool
from services.errors import NotFound, QuartermasterError, RuleBroken
from services.losses import acting, queries, reporting, store
from services.losses.identity import loss_id_of, request_key
from services.losses.policy import load_policy
from services.losses.queries import LossView
from services.losses.rules import telling
from services.losses.rules.actors import scope
from services.losses.rules.guards import Policy
from services.losses.rules.machine import LOSS, Cause
from services.losses.rules.standing import How, Standing
from services.losses.rules.telling import Told

__all__ = ["Losses", "Reported", "request_key"]


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """The loss as it stands. `reported_now` is False where the device was reported before."""

    loss: LossView
    reported_now: bool


class Losses:
    """The commands. `pool` must look in schema `losses` first."""

    def __init__(self, pool: Pool, clock: Clock, directory: Directory, *, policy: Policy | None = None) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory
        self._policy = policy or load_policy()

    async def report(
        self,
        viewer: Viewer,
        *,
        device_id: UUID,
        how: How,
        request_reference: str | None = None,
        idempotency_key: str,
    ) -> Reported:
        """Say that a device is lost or stolen: nothing more is needed, and a lock goes out at once where a device
        management knows it. A device that has a loss, open or written off, answers that one, which learns of
        the request.

        The same key again answers the same loss. Raises NotAllowed (not theirs), RuleBroken (it has left us).
        """
        now = self._clock.now()
        async with self._transaction(viewer, "lost", str(device_id)) as connection:
            loss_id = loss_id_of(viewer.email, idempotency_key)
            used = await store.use_key(connection, viewer.email, "report", idempotency_key, loss_id, now)
            if used is not None:
                return Reported(loss=await self._view(connection, viewer, used), reported_now=False)
            found = await reporting.report(
                connection, viewer, self._directory, loss_id, device_id, how, request_reference, now
            )
            if found.loss.loss_id != loss_id:
                await store.point_key(connection, viewer.email, "report", idempotency_key, found.loss.loss_id)
            if found.joins:
                what = f"Its replacement is request {request_reference}"
                await self._move(connection, viewer, found.loss, Cause.TELL_MORE, now, what)
            view = await self._view(connection, viewer, found.loss.loss_id)
            return Reported(loss=view, reported_now=found.loss.loss_id == loss_id)

    async def tell_more(
        self,
        viewer: Viewer,
        loss_id: UUID,
        *,
        last_seen_on: date | None,
        where: str,
        crime_reference: str,
        was_unlocked: bool | None,
        sensitive: bool | None,
        explanation: str,
        wipe_asked: bool,
        idempotency_key: str,
    ) -> LossView:
        """Say more about it, and perhaps ask for a wipe. What is left empty stays as it was.

        Raises NotFound, NotAllowed, RuleBroken, and BadInput naming the field.
        """
        told = Told(
            last_seen_on=last_seen_on,
            last_seen_where=where.strip(),
            crime_reference=crime_reference.strip(),
            was_unlocked=was_unlocked,
            sensitive=sensitive,
            explanation=explanation.strip(),
        )
        now = self._clock.now()
        telling.check(told, london_date(now))
        async with self._held(viewer, loss_id, Cause.TELL_MORE, idempotency_key) as (connection, loss):
            if loss is not None:
                loss = await self._move(
                    connection, viewer, telling.with_told(loss, told), Cause.TELL_MORE, now, "Told more"
                )
                # Where one waits, is on its way or done, the wish is met.
                if wipe_asked and Cause.ASK_WIPE in {step.event for step in LOSS.steps_from(loss.state)}:
                    await self._ask_wipe(connection, viewer, loss, now)
            return await self._view(connection, viewer, loss_id)

    async def ask_wipe(self, viewer: Viewer, loss_id: UUID, *, idempotency_key: str) -> LossView:
        """Ask that the device be wiped; unless policy lets one person do it, a second must confirm.

        Raises NotFound, NotAllowed, RuleBroken (no device management knows it, a wipe is on its way, …).
        """
        async with self._held(viewer, loss_id, Cause.ASK_WIPE, idempotency_key) as (connection, loss):
            if loss is not None:
                await self._ask_wipe(connection, viewer, loss, self._clock.now())
            return await self._view(connection, viewer, loss_id)

    async def confirm_wipe(self, viewer: Viewer, loss_id: UUID, *, idempotency_key: str) -> LossView:
        """Be the second person: the wipe goes out. Raises NotFound, NotAllowed, and RuleBroken for whoever asked for
        it, for the device's holder, and where none waits.
        """
        now = self._clock.now()
        async with self._held(viewer, loss_id, Cause.CONFIRM_WIPE, idempotency_key) as (connection, loss):
            if loss is not None:
                await self._move(connection, viewer, loss, Cause.CONFIRM_WIPE, now, "Wipe confirmed and sent")
            return await self._view(connection, viewer, loss_id)

    async def call_off(self, viewer: Viewer, loss_id: UUID, *, idempotency_key: str) -> LossView:
        """Take back a wipe that waits for its second person. Raises NotFound, NotAllowed, RuleBroken."""
        now = self._clock.now()
        async with self._held(viewer, loss_id, Cause.CALL_OFF, idempotency_key) as (connection, loss):
            if loss is not None:
                await self._move(connection, viewer, loss, Cause.CALL_OFF, now, "Wipe called off")
            return await self._view(connection, viewer, loss_id)

    async def lock_again(self, viewer: Viewer, loss_id: UUID, *, idempotency_key: str) -> LossView:
        """Send a lock once more, where the first did not go. Raises NotFound, NotAllowed, RuleBroken."""
        now = self._clock.now()
        async with self._held(viewer, loss_id, Cause.LOCK_AGAIN, idempotency_key) as (connection, loss):
            if loss is not None:
                await self._move(connection, viewer, loss, Cause.LOCK_AGAIN, now, "Lock sent again")
            return await self._view(connection, viewer, loss_id)

    async def write_off(self, viewer: Viewer, loss_id: UUID, *, reason: str, idempotency_key: str) -> LossView:
        """Give it up, and say why. Raises NotFound, NotAllowed, BadInput, and RuleBroken while policy forbids it."""
        words = telling.checked_reason(reason)
        now = self._clock.now()
        async with self._held(viewer, loss_id, Cause.WRITE_OFF, idempotency_key) as (connection, loss):
            if loss is not None:
                await self._move(connection, viewer, loss, Cause.WRITE_OFF, now, f"Written off: {words}")
            return await self._view(connection, viewer, loss_id)

    async def find(self, viewer: Viewer, loss_id: UUID, *, idempotency_key: str) -> LossView:
        """It turned up, perhaps after it was written off. Commands that device management did not take are recalled; a
        wipe that ran cannot be. Raises NotFound, NotAllowed, RuleBroken.
        """
        now = self._clock.now()
        async with self._held(viewer, loss_id, Cause.FIND, idempotency_key) as (connection, loss):
            if loss is not None:
                await self._move(connection, viewer, loss, Cause.FIND, now, "Found")
            return await self._view(connection, viewer, loss_id)

    async def _ask_wipe(self, connection: Connection, viewer: Viewer, loss: Standing, now: datetime) -> None:
        asked = replace(loss, wipe_asked_by=viewer.email, wipe_asked_at=now, wipe_confirmed_by=None)
        await self._move(connection, viewer, asked, Cause.ASK_WIPE, now, "Wipe asked for")

    async def _move(
        self, connection: Connection, viewer: Viewer, loss: Standing, cause: Cause, now: datetime, what: str
    ) -> Standing:
        return await acting.act(connection, viewer, self._directory, self._policy, loss, cause, now, what)

    @asynccontextmanager
    async def _held(
        self, viewer: Viewer, loss_id: UUID, cause: Cause, key: str
    ) -> AsyncIterator[tuple[Connection, Standing | None]]:
        """The loss, held; None in its place for a key that comes again, after which nothing is to be done."""
        async with self._transaction(viewer, str(cause), str(loss_id)) as connection:
            loss = await store.lock(connection, viewer, scope(viewer, self._directory), loss_id)
            if loss is None:
                raise NotFound("There is no such loss, or it is not one you may see.")
            used = await store.use_key(connection, viewer.email, str(cause), key, loss_id, self._clock.now())
            if used is not None and used != loss_id:
                raise RuleBroken("That was pressed for another loss. Please open this one again and press there.")
            yield connection, loss if used is None else None

    async def _view(self, connection: Connection, viewer: Viewer, loss_id: UUID) -> LossView:
        view = await queries.loss(connection, viewer, self._directory, loss_id)
        if view is None:
            raise NotFound("There is no such loss, or it is not one you may see.")
        return view

    def _transaction(self, viewer: Viewer, action: str, subject: str) -> AbstractAsyncContextManager[Connection]:
        """One transaction; whatever was refused is audited after it was undone."""
        return commanded(self._pool, self._clock, viewer, action, subject, audited=(QuartermasterError,))
