"""Made from the loss machine: in every state every person tries every command, on a real database.

What the table does not give them is refused, written down as refused, and changes nothing; what it gives them leads
where the table says.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.losses.commands import Losses
from services.losses.rules.guards import Policy
from services.losses.rules.machine import LOSS, Cause, LossState
from services.machines import Actor
from services.register.consumer import RegisterConsumer
from tests.fixtures import every_step
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW
from tests.fixtures.losses import progressed, wipe_told
from tests.fixtures.observations import START, asset, checked_in
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.losses.conftest import hear

pytestmark = pytest.mark.integration

PEOPLE: Mapping[str, frozenset[Actor]] = {
    "Amara Osei": frozenset({Actor.HOLDER}),
    "Tom Whitfield": frozenset(),
    "Priya Nair": frozenset({Actor.MANAGER}),
    "Daniel Reyes": frozenset(),
    "Helen Marsh": frozenset({Actor.PLANNER}),
    "Idris Bello": frozenset(),
    "Catherine Doyle": frozenset({Actor.DIRECTOR}),
    "Ruth Adeyemi": frozenset(),
}
"""What each is to a loss of Amara's. Tom and Daniel are of another command."""
ROUTES: Mapping[LossState, tuple[Cause, ...]] = {
    LossState.REPORTED: (),
    LossState.LOCKED: (Cause.LOCK_TAKEN,),
    LossState.WIPE_ASKED: (Cause.ASK_WIPE,),
    LossState.WIPING: (Cause.ASK_WIPE, Cause.CONFIRM_WIPE),
    LossState.WIPE_FAILED: (Cause.ASK_WIPE, Cause.CONFIRM_WIPE, Cause.WIPE_FAILED),
    LossState.WIPED: (Cause.ASK_WIPE, Cause.CONFIRM_WIPE, Cause.WIPE_DONE),
    LossState.WRITTEN_OFF: (Cause.WRITE_OFF,),
    LossState.FOUND: (Cause.FIND,),
}
"""What happens after reporting, until a loss stands there."""
USUALLY = {Cause.ASK_WIPE: "Amara Osei", Cause.FIND: "Amara Osei"}
AT_ONCE = Policy(
    assumed=True, one_person_may_wipe=False, write_off_unwiped_after_days=0, stolen_needs_crime_reference=False
)
KNOWN = """
SELECT (SELECT row_to_json(l)::text FROM losses.losses AS l WHERE loss_id = $1) AS thing,
       (SELECT count(*) FROM losses.timeline WHERE loss_id = $1) AS lines,
       (SELECT count(*) FROM losses.outbox) AS told,
       (SELECT count(*) FROM access.audit WHERE granted) AS granted
"""


class Stage:
    """Losses of Amara's, each of a laptop of its own that Intune manages."""

    machine = LOSS
    people = PEOPLE
    known = KNOWN
    forgiving = ()
    # Where two commands were sent, the second is recalled by a step of its own.
    longer = (Cause.FIND,)

    def __init__(self, pool: Pool, register: Pool, losses: Losses) -> None:
        self.pool = pool
        self._register = register
        self._losses = losses
        self._numbers = itertools.count(100)
        self._keys = itertools.count(1)
        nothing: Mapping[str, Any] = {}
        more = dict.fromkeys(("last_seen_on", "was_unlocked", "sensitive")) | {
            "where": "Acton",
            "crime_reference": "",
            "explanation": "",
            "wipe_asked": False,
        }
        self._commands: Mapping[Cause, tuple[Callable[..., Awaitable[Any]], Mapping[str, Any]]] = {
            Cause.TELL_MORE: (losses.tell_more, more),
            Cause.ASK_WIPE: (losses.ask_wipe, nothing),
            Cause.CONFIRM_WIPE: (losses.confirm_wipe, nothing),
            Cause.CALL_OFF: (losses.call_off, nothing),
            Cause.LOCK_AGAIN: (losses.lock_again, nothing),
            Cause.WRITE_OFF: (losses.write_off, {"reason": "It will not come back"}),
            Cause.FIND: (losses.find, nothing),
        }
        self.causes = tuple(self._commands)

    def number_from(self, first: int) -> None:
        """Let the next devices be numbered so, beside those of other stages."""
        self._numbers = itertools.count(first)

    async def at(self, state: str, ahead_of: StrEnum | None = None) -> UUID:
        """A new loss that stands there, by what people and services do."""
        loss = await self._report()
        for cause in ROUTES[LossState(state)]:
            await self._happens(loss, cause)
        if ahead_of is Cause.LOCK_AGAIN:
            await self._happens(loss, Cause.LOCK_FAILED)
        assert await self.state_of(loss) == state
        return loss

    async def _report(self) -> UUID:
        number = next(self._numbers)
        laptop = asset(
            f"S{number}",
            number,
            START,
            kind=Kind.LAPTOP,
            state=DeviceState.DEPLOYED,
            unit="central-west-response",
            holder_email=email_of("Amara Osei"),
        )
        managed = checked_in(f"S{number}", number, START + timedelta(minutes=1))
        await deliver(self._register, RegisterConsumer().apply, [laptop, managed])
        device = await self._register.fetchval("SELECT device_id FROM devices WHERE serial = $1", f"S{number}")
        reported = await self._losses.report(
            viewer("Amara Osei"), device_id=device, how="lost", idempotency_key=str(number)
        )
        return reported.loss.loss_id

    async def _happens(self, loss: UUID, cause: Cause) -> None:
        row = await self.pool.fetchrow("SELECT * FROM losses.losses WHERE loss_id = $1", loss)
        assert row is not None
        device, named = row["device_id"], {"device_id": row["device_id"], "reference": row["reference"]}
        later = NOW + timedelta(minutes=5)
        match cause:
            case Cause.LOCK_TAKEN:
                await hear(self.pool, [progressed(row["lock_command"], "lock", "sent", **named)])
            case Cause.LOCK_FAILED:
                await hear(self.pool, [progressed(row["lock_command"], "lock", "refused", **named)])
            case Cause.WIPE_FAILED:
                await hear(self.pool, [wipe_told("failed", later, device_id=device)])
            case Cause.WIPE_DONE:
                await hear(self.pool, [wipe_told("done", later, device_id=device)])
            case _:
                await self.press(USUALLY.get(cause, "Helen Marsh"), cause, loss)

    async def press(self, name: str, cause: StrEnum, thing: UUID) -> None:
        """Somebody gives a command, as if for the first time."""
        run, values = self._commands[Cause(cause)]
        await run(viewer(name), thing, **values, idempotency_key=f"press-{next(self._keys)}")

    async def state_of(self, thing: UUID) -> str:
        """Where a loss stands."""
        return str(await self.pool.fetchval("SELECT state FROM losses.losses WHERE loss_id = $1", thing))


@pytest.fixture
async def stage(pool: Pool, database_url: str, clock: FixedClock) -> AsyncIterator[Stage]:
    register = await open_pool(database_url, "register")
    yield Stage(pool, register, Losses(pool, clock, small_directory(), policy=AT_ONCE))
    await register.close()


def test_every_state_and_every_step_of_a_person_is_tried(stage: Stage) -> None:
    assert set(ROUTES) == set(LossState)
    assert every_step.all_are_tried(stage)


async def test_what_is_not_theirs_is_refused_and_changes_nothing(stage: Stage) -> None:
    for state in LossState:
        await every_step.what_is_not_theirs_is_refused(stage, state)


async def test_what_is_theirs_leads_where_the_table_says(stage: Stage) -> None:
    for state in LossState:
        await every_step.what_is_theirs_leads_on(stage, state)
