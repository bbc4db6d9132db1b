"""Carries commands to device management: each once, whoever dies on the way.

Delivery: at least once towards device management, made once by looking. A row is claimed; the device is looked at; what
was seen is written down, and with it that the command is in doubt from here on; then it is sent. No transaction is open
during a call. An attempt that broke off is looked for before anything is sent again. Outcome and event are one
transaction.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from schemas.topics import DEVICE_COMMAND_PROGRESS
from services.clock import Clock
from services.database.pool import Pool
from services.eventlog import outbox
from services.mdm import measures, store
from services.mdm.announcements import announce
from services.mdm.mdms.choice import TITLES
from services.mdm.mdms.device_management import DeviceManagement
from services.mdm.rules import looking
from services.mdm.rules.looking import Action, Seen, Step
from services.mdm.rules.machine import Cause, CommandState, after
from services.mdm.rules.routes import Route, in_contact_last, nobody, routes
from services.mdm.store import Claimed, SenderStore
from services.outbound.errors import CallFailed, NotReached, Refused
from services.outbound.workers import USUAL_PACE, Pace, Workers
from services.register.queries import names_for_commands

log = structlog.stdlib.get_logger()


@dataclasses.dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of an attempt, in a sentence, and which management it was with."""

    cause: Cause
    explanation: str
    mdm: str | None = None
    cannot: tuple[Action, ...] = ()


@dataclasses.dataclass(slots=True)
class _Attempt:
    """How far an attempt came. `doubtful`: device management may have taken the command."""

    claimed: Claimed
    doubtful: bool
    sending: bool = False
    settles: timedelta = timedelta()
    mdm: DeviceManagement | None = None
    """Which management is being asked."""


class Sender:
    """Sends for as long as it runs. Any number of replicas may."""

    def __init__(
        self,
        pool: Pool,
        mdms: Mapping[str, DeviceManagement],
        clock: Clock,
        *,
        pace: Pace = USUAL_PACE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pool = pool
        self._mdms = mdms
        self._clock = clock
        self._pace = pace
        self._settles = max((mdm.settles for mdm in mdms.values()), default=timedelta())
        # Whoever follows a sender that died looks only once device management had time to show what that one sent.
        self._store = SenderStore(pool, timedelta(seconds=pace.lease) + self._settles)
        self._workers = Workers("mdm sender", pace, self.send_next, self._measure, chance)

    async def start(self) -> None:
        """Begin sending in the background; what waited for somebody to change something is tried anew."""
        await self._store.unpark(self._settles)
        await self._workers.start()

    async def stop(self) -> None:
        """Stop. What was under way is in doubt, and looked for by whoever sends next."""
        await self._workers.stop()

    def ready(self) -> bool:
        """True while every worker lives. A management that is down does not make us unwell."""
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
        """Carry one command that is due; false if there is none."""
        claimed = await self._store.claim()
        if claimed is None:
            return False
        attempt = _Attempt(claimed, claimed.doubtful)
        try:
            async with asyncio.timeout(self._pace.attempt):
                outcome = await self._carry(attempt)
        except Refused as error:
            if error.status == 401 or attempt.doubtful:
                await self._park(attempt, error, self._pace.unauthorised)
            else:
                await self._keep(claimed, _refused(attempt, error))
        except (CallFailed, TimeoutError) as error:
            await self._try_again(attempt, error)
        except Exception as error:
            log.exception("a fault of ours", reference=claimed.reference)
            await self._park(attempt, error, self._pace.parked)
        else:
            await self._keep(claimed, outcome)
        return True

    async def _carry(self, attempt: _Attempt) -> _Outcome:
        """Look, and send what has not been sent. Raises what the managements raise."""
        claimed = attempt.claimed
        action = claimed.action
        if claimed.state == CommandState.WITHDRAWING and not claimed.doubtful:
            return _Outcome(Cause.NOT_TAKEN, looking.called_off(action))
        names = await self._names(claimed)
        ways = self._ways(claimed, names)
        if not ways:
            return _Outcome(Cause.NOBODY, nobody(names, action))
        open_ways = [way for way in ways if way.mdm in self._mdms]
        if not open_ways and claimed.doubtful:
            raise Refused(f"settings for {TITLES[ways[0].mdm]} are gone while a command is in doubt", status=401)
        if not open_ways:
            return _Outcome(Cause.REFUSAL, looking.not_allowed_to_send(TITLES[ways[0].mdm]), ways[0].mdm)
        found = await self._look(attempt, open_ways)
        if not found:
            return self._gone(claimed, open_ways[0])
        way, seen = in_contact_last(found)
        mdm = attempt.mdm = self._mdms[way.mdm]
        verdict = looking.judge(
            seen, action, claimed.serial, mdm.title, doubtful=claimed.doubtful, before=claimed.before
        )
        if verdict.step is Step.TAKEN:
            return _Outcome(Cause.TAKEN, verdict.explanation, mdm.name)
        # The look has settled what an earlier attempt did: nothing.
        attempt.doubtful = False
        if verdict.step is Step.REFUSE:
            return _Outcome(Cause.REFUSAL, verdict.explanation, mdm.name, verdict.cannot)
        if claimed.state == CommandState.WITHDRAWING or not await self._store.mark_in_doubt(
            claimed, way.mdm, way.device, seen.mark
        ):
            return _Outcome(Cause.NOT_TAKEN, looking.called_off(action), mdm.name)
        attempt.doubtful = attempt.sending = True
        await self._send(attempt, mdm, seen.handle)
        return _Outcome(Cause.TAKEN, looking.taken(mdm.title, action), mdm.name)

    async def _send(self, attempt: _Attempt, mdm: DeviceManagement, handle: str) -> None:
        try:
            await mdm.send(handle, attempt.claimed.action)
        except (NotReached, Refused):
            attempt.doubtful = False
            raise

    async def _names(self, claimed: Claimed) -> list[str]:
        async with self._pool.acquire() as connection:
            return await names_for_commands(connection, claimed.device_id, claimed.serial)

    def _ways(self, claimed: Claimed, names: Sequence[str]) -> list[Route]:
        """Where it may go; where an attempt is in doubt, only where that went."""
        if claimed.doubtful and claimed.mdm is not None and claimed.mdm_device is not None:
            return [Route(claimed.mdm, claimed.mdm_device)]
        return routes(names)

    async def _look(self, attempt: _Attempt, ways: Sequence[Route]) -> list[tuple[Route, Seen]]:
        found: list[tuple[Route, Seen]] = []
        for way in ways:
            mdm = attempt.mdm = self._mdms[way.mdm]
            attempt.settles = max(attempt.settles, mdm.settles)
            if (seen := await mdm.look(way.device, attempt.claimed.action)) is not None:
                found.append((way, seen))
        return found

    def _gone(self, claimed: Claimed, way: Route) -> _Outcome:
        """No management holds the device. One that was being wiped is gone because it was."""
        title = self._mdms[way.mdm].title
        if claimed.doubtful and claimed.action == "wipe":
            return _Outcome(Cause.TAKEN, looking.left_since(title, claimed.action), way.mdm)
        return _Outcome(Cause.REFUSAL, looking.gone(title), way.mdm)

    async def _keep(self, claimed: Claimed, outcome: _Outcome) -> None:
        """Write the outcome and tell it, in one transaction; nothing if another sender has taken the row over."""
        async with self._pool.acquire() as connection, connection.transaction():
            held = await store.lock_claimed(connection, claimed)
            if held is None:
                log.warning("another sender has taken over", reference=claimed.reference)
                return
            state = after(held.state, outcome.cause)
            if state == held.state:  # not taken, and yet wanted: the recall that we saw was never committed
                return
            explanation = outcome.explanation
            if state == CommandState.RECALLED:
                explanation = looking.called_off(claimed.action)
            await store.settle(connection, claimed.command_id, state, explanation, outcome.mdm)
            cannot = outcome.cannot if state == CommandState.REFUSED else ()
            told = announce(held, state, explanation, self._clock.now(), outcome.mdm, cannot)
            await outbox.append(connection, [(DEVICE_COMMAND_PROGRESS, told)])
        measures.ATTEMPTS.labels(state).inc()
        log.info("a command came to its end", reference=claimed.reference, action=claimed.action, state=state)

    async def _try_again(self, attempt: _Attempt, error: CallFailed | TimeoutError) -> None:
        """A fault that passes: later, and not before device management had time to show what it may have taken."""
        asked = error.retry_after if isinstance(error, CallFailed) else None
        seconds = asked if asked is not None else self._workers.pause_after(attempt.claimed.attempts - 1)
        words = str(error) or "device management took too long"
        measures.ATTEMPTS.labels("unclear" if attempt.doubtful else "later").inc()
        log.warning("a command is tried again", reference=attempt.claimed.reference, seconds=seconds, error=words)
        await self._store.try_again(attempt.claimed, self._pause(attempt, seconds), words, doubtful=attempt.doubtful)

    async def _park(self, attempt: _Attempt, error: Exception, seconds: float) -> None:
        """It takes somebody to change something: later, or when we are started again."""
        measures.ATTEMPTS.labels("parked").inc()
        words = str(error) if isinstance(error, Refused) else f"a fault of ours: {error!r}"
        log.error("a command is parked", reference=attempt.claimed.reference, error=words)
        await self._store.try_again(
            attempt.claimed, self._pause(attempt, seconds), words, doubtful=attempt.doubtful, parked=True
        )

    def _pause(self, attempt: _Attempt, seconds: float) -> timedelta:
        pause = timedelta(seconds=seconds)
        return max(pause, attempt.settles) if attempt.doubtful and attempt.sending else pause


def _refused(attempt: _Attempt, error: Refused) -> _Outcome:
    title, name = (attempt.mdm.title, attempt.mdm.name) if attempt.mdm is not None else ("Device management", None)
    return _Outcome(Cause.REFUSAL, looking.refusal(title, attempt.claimed.action, str(error)), name)
