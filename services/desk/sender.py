"""Carries what is wanted to the service desk: one ticket a request, whoever dies on the way.

Delivery: at least once towards the desk, made once by looking. A row is claimed, marked as in doubt, before the desk is
called, and no transaction is open during the call. A ticket is looked for by its correlation before one is opened, and
a note by its mark before it is written again. What the desk answered and what we tell of it are one transaction.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Callable
from datetime import timedelta

import structlog

from schemas.topics import DESK_PROGRESS
from services.database.pool import Pool
from services.desk import measures, store
from services.desk.announcements import announce
from services.desk.desks.service_desk import ServiceDesk
from services.desk.rules import ENDED, OPENED, Seen, correlation_of, heard, may_open, next_update, words_of
from services.desk.store import Claimed, SenderStore
from services.eventlog import outbox
from services.outbound.errors import CallFailed, NotReached, Refused
from services.outbound.workers import USUAL_PACE, Pace, Workers

__all__ = ("USUAL_PACE", "Pace", "Sender")

log = structlog.stdlib.get_logger()


@dataclasses.dataclass(slots=True)
class _Attempt:
    """How far an attempt came.

    `unsettled`: it is not known what an earlier one did; `writing`: this one has begun to change something at the desk.
    """

    claimed: Claimed
    unsettled: bool
    writing: bool = False

    def in_doubt(self, error: Exception) -> bool:
        """Whether the desk may have changed something that we did not see.

        A new ticket is one call, and a clear no to it means that there is none; an update may have been half done.
        """
        clear = isinstance(error, NotReached | Refused) and self.claimed.record is None
        return self.unsettled or (self.writing and not clear)


class Sender:
    """Sends for as long as it runs. Any number of replicas may."""

    def __init__(
        self,
        pool: Pool,
        desk: ServiceDesk,
        deployment: str,
        *,
        pace: Pace = USUAL_PACE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pool = pool
        self._desk = desk
        self._deployment = deployment
        self._pace = pace
        self._store = SenderStore(pool, desk.name, timedelta(seconds=pace.lease), desk.settles)
        self._workers = Workers("desk sender", pace, self.send_next, self._measure, chance)
        self._failures = 0

    async def start(self) -> None:
        """Begin sending in the background; what was refused before is tried anew."""
        await self._store.unpark()
        await self._workers.start()

    async def stop(self) -> None:
        """Stop. What was under way is in doubt, and found again by whoever sends next."""
        await self._workers.stop()

    def ready(self) -> bool:
        """True while every worker lives. A desk that is down does not make us unwell."""
        return self._workers.ready()

    def wake(self) -> None:
        """Something was written: look now instead of at the next look-round."""
        self._workers.wake()

    async def _measure(self) -> None:
        parked, waiting, oldest = await self._store.measure()
        measures.PARKED.set(parked)
        measures.WAITING.set(waiting)
        measures.OLDEST_SECONDS.set(oldest)

    async def send_next(self) -> bool:
        """Bring one ticket that is due in step; false if there is none."""
        claimed = await self._store.claim()
        if claimed is None:
            return False
        attempt = _Attempt(claimed, claimed.in_doubt)
        try:
            async with asyncio.timeout(self._pace.attempt):
                seen, sent = await self._bring_in_step(attempt)
        except Refused as error:
            if error.status == 401:
                self._workers.close(self._pace.unauthorised)
            await self._park(attempt, error)
        except (CallFailed, TimeoutError) as error:
            await self._try_again(attempt, error)
        except Exception as error:
            log.exception("a fault of ours", reference=claimed.reference)
            await self._park(attempt, error)
        else:
            self._failures = 0
            await self._keep(claimed, seen, sent)
            measures.ATTEMPTS.labels("done").inc()
        return True

    async def _bring_in_step(self, attempt: _Attempt) -> tuple[Seen | None, int]:
        """The ticket as it stands, if there is one, and up to which revision it has been told."""
        claimed = attempt.claimed
        correlation = correlation_of(self._deployment, claimed.reference)
        if claimed.record is not None:
            return await self._update(
                attempt, await self._desk.read(claimed.record), claimed.sent_revision, correlation
            )
        found = await self._desk.find(correlation)
        if found is not None:
            # Opened by a sender that died, or before our database was restored: it may have been told more.
            attempt.unsettled = True
            return await self._update(attempt, found, OPENED, correlation)
        attempt.unsettled = False
        if not may_open(claimed.wanted):
            return None, claimed.wanted_revision
        attempt.writing = True
        return await self._desk.create(correlation, words_of(claimed.wanted, claimed.reference)), OPENED

    async def _update(self, attempt: _Attempt, seen: Seen, sent: int, correlation: str) -> tuple[Seen, int]:
        update = next_update(attempt.claimed.wanted, sent, seen.state, correlation)
        if update is None:
            return seen, sent
        noted = attempt.unsettled and await self._desk.noted(seen.record, update.mark)
        attempt.writing = True
        return await self._desk.update(seen.record, update, noted=noted), attempt.claimed.wanted_revision

    async def _keep(self, claimed: Claimed, seen: Seen | None, sent: int) -> None:
        """Write the outcome and tell it, in one transaction; nothing if another sender has taken the row over."""
        async with self._pool.acquire() as connection, connection.transaction():
            held = await store.lock_claimed(connection, claimed)
            if held is None:
                log.warning("another sender has taken over", reference=claimed.reference)
                return
            standing = held.standing
            if seen is not None:
                standing = heard(held.standing, seen)
                if (standing.desk, standing.record) != (seen.desk, seen.record):
                    tickets = (standing.ticket, seen.ticket)
                    log.error("a request has two tickets", reference=held.reference, tickets=tickets)
                if standing != held.standing:
                    await store.hear(connection, {held.request_id: standing})
                if standing.revision > held.standing.revision:
                    told = announce(held.request_id, held.reference, standing)
                    await outbox.append(connection, [(DESK_PROGRESS, told)])
            settled = claimed.wanted_revision if seen is None or seen.state in ENDED else sent
            await store.in_step(connection, held.request_id, max(sent, held.sent_revision), settled)

    async def _try_again(self, attempt: _Attempt, error: CallFailed | TimeoutError) -> None:
        """A fault that passes: later, and the others wait a little too, for it is most likely theirs as well."""
        in_doubt = attempt.in_doubt(error)
        asked = error.retry_after if isinstance(error, CallFailed) else None
        words = str(error) or "the desk took too long"
        pause = asked if asked is not None else self._workers.pause_after(attempt.claimed.attempts - 1)
        closed = min(self._workers.pause_after(self._failures), self._pace.longest_closed)
        self._workers.close(asked if asked is not None else closed)
        self._failures += 1
        measures.ATTEMPTS.labels("unclear" if in_doubt else "later").inc()
        log.warning("desk is tried again", reference=attempt.claimed.reference, seconds=round(pause, 1), error=words)
        await self._store.try_again(attempt.claimed, timedelta(seconds=pause), words, in_doubt=in_doubt)

    async def _park(self, attempt: _Attempt, error: Exception) -> None:
        """Tomorrow, or when we are started again: it takes somebody to change something. The request itself goes on."""
        measures.ATTEMPTS.labels("parked").inc()
        words = str(error) if isinstance(error, Refused) else f"a fault of ours: {error!r}"
        log.error("a ticket is parked", reference=attempt.claimed.reference, error=words)
        pause = timedelta(seconds=self._pace.parked)
        await self._store.try_again(attempt.claimed, pause, words, in_doubt=attempt.in_doubt(error), parked=True)
