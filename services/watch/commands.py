"""What people do about alerts. Each command is one transaction of state, outbox, audit line and idempotency key."""

from __future__ import annotations

from datetime import datetime

from schemas.events.alert import Alert, AlertAcknowledged, AlertAssigned, AlertSnoozed
from schemas.topics import ALERT as TOPIC
from services.access import audit
from services.access.commanded import commanded
from services.access.directory import Directory
from services.access.viewer import Viewer, viewer_for
from services.clock import Clock, london_date
from services.database.pool import Connection, Pool
from services.database.statements import load_statements
from services.errors import NotFound, QuartermasterError, RuleBroken
from services.eventlog import outbox
from services.requests import queries as requests_queries
from services.watch import queries, store
from services.watch.queries import AlertView
from services.watch.rules import handling, snoozing
from services.watch.rules.actors import actors_of, may_act
from services.watch.rules.guards import Facts, holds
from services.watch.rules.life import told
from services.watch.rules.machine import ALERT, AlertState, Cause

SQL = load_statements(__file__, "commands.sql")
Handled = AlertAcknowledged | AlertSnoozed | AlertAssigned
NO_SUCH = "There is no such alert, or it is not one you may see."


class Alerts:
    """The commands. `pool` must look in schema `watch` first.

    An alert is named by its key and its episode: a button of a life that is over does nothing to the next.
    """

    def __init__(self, pool: Pool, clock: Clock, directory: Directory) -> None:
        self._pool = pool
        self._clock = clock
        self._directory = directory

    async def acknowledge(self, viewer: Viewer, key: str, episode: int, *, idempotency_key: str) -> AlertView:
        """Say that one has seen it and sees to it; a snooze ends with it.

        Raises NotFound, NotAllowed, and RuleBroken where somebody has, or where it has cleared.
        """
        return await self._handle(viewer, key, episode, Cause.ACKNOWLEDGE, idempotency_key)

    async def snooze(
        self, viewer: Viewer, key: str, episode: int, *, until: datetime, idempotency_key: str
    ) -> AlertView:
        """Hear nothing new of it until then, unless it grows more severe; perhaps for longer, or shorter, than before.

        Raises NotFound, NotAllowed, and RuleBroken for a time that has passed or is too far, and where it has cleared.
        """
        return await self._handle(viewer, key, episode, Cause.SNOOZE, idempotency_key, until=until)

    async def assign(self, viewer: Viewer, key: str, episode: int, *, assignee: str, idempotency_key: str) -> AlertView:
        """Give it to somebody by address, or take it on oneself; whoever had it has it no more.

        Raises NotFound, NotAllowed, and RuleBroken for somebody who may not see it or has it, and where it has cleared.
        """
        return await self._handle(viewer, key, episode, Cause.ASSIGN, idempotency_key, assignee=assignee.lower())

    async def _handle(
        self,
        viewer: Viewer,
        key: str,
        episode: int,
        cause: Cause,
        idempotency_key: str,
        *,
        until: datetime | None = None,
        assignee: str | None = None,
    ) -> AlertView:
        now = self._clock.now()
        async with commanded(
            self._pool, self._clock, viewer, str(cause), key, audited=(QuartermasterError,)
        ) as connection:
            covers_for = await requests_queries.covered_by(connection, viewer.email, london_date(now))
            alert = await queries.held(connection, viewer, key, episode, covers_for)
            if alert is None:
                raise NotFound(NO_SUCH)
            if await self._is_new(connection, viewer, alert, cause, idempotency_key, now):
                facts = await self._facts(connection, viewer, alert, now, until, assignee)
                actors = actors_of(viewer, alert, covers_for)
                step = ALERT.take(handling.state_of(alert), cause, actors, lambda guard: holds(guard, facts))
                event = _done(alert, cause, viewer.email, now, until=until, assignee=assignee)
                assert handling.state_of(event.data) == AlertState(step.target), "the fields say what the step says"
                await store.keep_alerts(connection, [event.data])
                await outbox.append(connection, [(TOPIC, event)])
                await audit.record(connection, now, viewer, str(cause), key, granted=True)
            view = await queries.alert(connection, viewer, key, episode, london_date(now))
            assert view is not None, "who may see it still may"
            return view

    async def _is_new(
        self, connection: Connection, viewer: Viewer, alert: Alert, cause: Cause, key: str, now: datetime
    ) -> bool:
        """Whether the key is used for the first time. The alert is held, so nobody else uses it meanwhile."""
        this = (alert.key, alert.episode)
        if await connection.fetchval(SQL["use_key"], viewer.email, str(cause), key, *this, now) is not None:
            return True
        used = await connection.fetchrow(SQL["used_key"], viewer.email, str(cause), key)
        if used is not None and tuple(used) != this:
            raise RuleBroken("That was pressed for another alert. Please open this one again and press there.")
        return False

    async def _facts(
        self,
        connection: Connection,
        viewer: Viewer,
        alert: Alert,
        now: datetime,
        until: datetime | None,
        assignee: str | None,
    ) -> Facts:
        wanted = None if assignee is None else viewer_for(assignee, self._directory)
        seen = None
        if wanted is not None:
            seen = await queries.alert(connection, wanted, alert.key, alert.episode, london_date(now))
        return Facts(
            until_has_come=until is not None and until <= now,
            too_far=until is not None and snoozing.is_too_far(until, now),
            assignee=alert.assigned_to,
            wanted=assignee,
            by=viewer.email,
            wanted_sees_it=seen is not None,
            # Of a person who covers for its owner, or stands above, the same holds whatever their roles.
            wanted_may_act=wanted is not None and seen is not None and (may_act(wanted) or bool(seen.may)),
        )


def _done(
    alert: Alert, cause: Cause, by: str, now: datetime, *, until: datetime | None, assignee: str | None
) -> Handled:
    if until is not None:
        return told(AlertSnoozed, handling.snoozed(alert, by, until), now)
    if assignee is not None:
        return told(AlertAssigned, handling.assigned(alert, assignee, by, now), now)
    assert cause is Cause.ACKNOWLEDGE, "each command says what it needs"
    return told(AlertAcknowledged, handling.acknowledged(alert, by, now), now)
